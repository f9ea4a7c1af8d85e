"""Resources by the parts of a view."""

from libs.compile.parts import built, joined, message_of, part, without
from libs.envoy import cluster
from libs.envoy.endpoint import load_assignment
from libs.kernel import xds


def test_a_part_has_its_resources_in_the_order_of_names() -> None:
    """However they come."""
    made = part(built(xds.CLUSTER, n, cluster.by_original_destination(n)) for n in ("b", "a"))
    assert list(made.resources[xds.CLUSTER]) == ["a", "b"]


def test_a_name_that_is_there_twice_is_said_within_a_part_and_between_parts() -> None:
    """A view must not be served with either of them missing silently."""
    one, other = (part([built(xds.CLUSTER, "a", cluster.black_hole())]) for _ in range(2))
    twice = part([built(xds.CLUSTER, "a", cluster.black_hole())] * 2)
    (reason,) = twice.claims[xds.CLUSTER].reasons
    assert joined([one, other]).claims[xds.CLUSTER].reasons == (reason,)
    assert "Cluster a is there 2 times" in reason


def test_what_a_resource_needs_is_kept_with_it() -> None:
    """A cluster by discovery needs its assignment."""
    found = built(xds.CLUSTER, "c", cluster.by_discovery("c", cluster.LoadBalancing.RANDOM))
    assert found.claims.assignments == {"c": "cluster c"}


def test_resources_of_some_types_are_left_out_and_the_others_stay() -> None:
    """A resource is read back as it was written."""
    before = cluster.by_original_destination("a")
    whole = part(
        [built(xds.CLUSTER, "a", before), built(xds.ENDPOINT, "a", load_assignment("a", ()))]
    )
    assert without(whole, {xds.CLUSTER}).resources.keys() == {xds.ENDPOINT}
    assert without(whole, ()) == whole
    assert message_of(next(iter(whole.resources[xds.CLUSTER].values()))) == before
