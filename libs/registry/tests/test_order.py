"""What counts as older."""

from libs.registry.order import age
from libs.registry.tests.objects import objects


def _entry(name: str, metadata: str = "") -> str:
    return f"""
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: {{name: {name}{metadata}}}
spec: {{address: 10.0.0.1}}
"""


def test_time_then_priority_then_namespace_then_name_decide() -> None:
    """The order is that of the list, whatever order the objects come in."""
    texts = [
        _entry("zz", ', creationTimestamp: "2020-01-01T00:00:00Z"'),
        _entry("yy", ', creationTimestamp: "2021-01-01T00:00:00Z"'),
        _entry("xx", ', annotations: {periplus.io/priority: "2"}'),
        _entry("ww", ', annotations: {periplus.io/priority: "1"}'),
        _entry("vv", ", namespace: a"),
        _entry("uu", ", namespace: b"),
        _entry("vv", ", namespace: b"),
    ]
    found = objects("---".join(reversed(texts)))
    ordered = [(one.namespace, one.metadata.name) for one in sorted(found, key=age)]
    by_time_or_priority = [("default", name) for name in ("zz", "yy", "xx", "ww")]
    assert ordered == [*by_time_or_priority, ("a", "vv"), ("b", "uu"), ("b", "vv")]
