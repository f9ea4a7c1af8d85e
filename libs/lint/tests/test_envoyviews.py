"""Representative proxies of a cluster."""

from libs.kernel.ids import ClusterName
from libs.lint.envoyviews import representatives
from libs.lint.tests.edits import OBJECTS
from libs.meshapi.parse import parse_file


def test_every_namespace_has_a_sidecar_and_every_gateway_a_router() -> None:
    """A sidecar carries labels that a Service of its namespace selects; equal routers are one."""
    read = parse_file("a.yaml", "".join(OBJECTS).encode())
    found = representatives((one.object for one in read.objects), ClusterName("east"))
    assert [(one.type.value, one.namespace, dict(one.labels)) for one in found] == [
        ("sidecar", "mail", {}),
        ("sidecar", "shop", {"app": "web"}),
        ("router", "edge", {"app": "edge"}),
    ]
