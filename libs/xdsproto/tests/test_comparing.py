"""What two proxies have unlike."""

from libs.kernel.ids import ResourceName, Version
from libs.kernel.xds import CLUSTER, ROUTE
from libs.xdsproto.comparing import compare
from libs.xdsproto.holdings import Holding, Standing


def _cluster(name: str, version: str, standing: Standing = Standing.HELD) -> Holding:
    return Holding(CLUSTER, ResourceName(name), Version(version), standing)


def test_what_is_alike_is_counted_and_the_rest_is_named_in_push_order() -> None:
    """Another version, a side that lacks it, and a version that one side refused are unlike."""
    route = Holding(ROUTE, ResourceName("80"), Version("1"), Standing.HELD)
    one = [route, _cluster("same", "1"), _cluster("b", "1"), _cluster("c", "2"), _cluster("d", "3")]
    other = [_cluster("same", "1"), _cluster("c", "4"), _cluster("d", "3", Standing.REFUSED)]
    found = compare(one, other)
    assert dict(found.equal) == {CLUSTER: 1}
    assert [(each.name, each.other and each.other.version) for each in found.differences] == [
        ("b", None),
        ("c", "4"),
        ("d", "3"),
        ("80", None),
    ]


def test_what_is_on_its_way_counts_as_there() -> None:
    """A version that waits for its acknowledgement is no difference."""
    found = compare([_cluster("a", "1", Standing.SENT)], [_cluster("a", "1")])
    assert not found.differences
