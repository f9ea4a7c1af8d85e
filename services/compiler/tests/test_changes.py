"""The difference of two snapshots turns the one into the other, in make-before-break order."""

from hypothesis import given
from hypothesis import strategies as st

from libs.kernel.ids import ResourceName, TypeUrl, Version
from libs.kernel.xds import CLUSTER, LISTENER, PUSH_ORDER, ROUTE, Resource, Snapshot
from services.compiler.changes import changes


def _snapshot(content: dict[tuple[TypeUrl, str], str]) -> Snapshot:
    """Build a snapshot from (type, name) to version."""
    resources: dict[TypeUrl, dict[ResourceName, Resource]] = {}
    for (type_url, name), version in content.items():
        key = ResourceName(name)
        resource = Resource(type_url, key, Version(version), version.encode())
        resources.setdefault(type_url, {})[key] = resource
    return Snapshot(Version(repr(sorted(content.items()))), resources)


_CONTENTS = st.dictionaries(
    st.tuples(st.sampled_from(PUSH_ORDER), st.sampled_from("abcd")), st.sampled_from("12")
)


@given(_CONTENTS, _CONTENTS)
def test_applying_the_changes_to_the_base_gives_the_new_snapshot(
    before: dict[tuple[TypeUrl, str], str], after: dict[tuple[TypeUrl, str], str]
) -> None:
    """Nothing is missing, and nothing is sent that the base already holds."""
    difference = changes(_snapshot(before), _snapshot(after))
    result = dict(before)
    for type_url, name in difference.removed:
        del result[type_url, name]
    for resource in difference.changed:
        key = (resource.type_url, str(resource.name))
        assert before.get(key) != resource.version
        result[key] = resource.version
    assert result == after


def test_without_a_base_everything_goes_out_in_push_order() -> None:
    """Clusters come before the listeners and routes that name them."""
    content = {(ROUTE, "80"): "1", (LISTENER, "l"): "1", (CLUSTER, "b"): "1", (CLUSTER, "a"): "1"}
    sent = [(r.type_url, r.name) for r in changes(None, _snapshot(content)).changed]
    assert sent == [(CLUSTER, "a"), (CLUSTER, "b"), (LISTENER, "l"), (ROUTE, "80")]
