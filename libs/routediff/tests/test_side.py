"""One side of a comparison."""

from libs.kernel.ids import ClusterName
from libs.routediff.tests.fleets import side


def test_a_cluster_has_the_objects_of_its_sets() -> None:
    """By kind, namespace and name; a cluster of nobody has none."""
    found = side().placed(ClusterName("east"))
    assert {key.kind for key in found} >= {"Service", "VirtualService", "DestinationRule"}
    assert side().placed(ClusterName("north")) == {}


def test_its_world_knows_the_services() -> None:
    """Ready to be compiled."""
    one = side()
    world = one.world(ClusterName("east"), one.placed(ClusterName("east")))
    assert list(world.registry.services) == ["web.default.svc.cluster.local"]
