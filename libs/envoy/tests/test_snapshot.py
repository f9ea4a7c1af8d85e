"""From messages to bytes and versions."""

import pytest
from protogen.envoy.config.cluster.v3 import cluster_pb2

from libs.envoy.fault import http_abort, http_fault
from libs.envoy.messages import Messages
from libs.envoy.route import configuration, default_route, set_filter, virtual_host
from libs.envoy.snapshot import build_snapshot, resource
from libs.kernel import xds
from libs.kernel.ids import ResourceName


def _cluster(name: str, *keys: str) -> cluster_pb2.Cluster:
    """Make a cluster whose metadata has `keys`, inserted in their order."""
    cluster = cluster_pb2.Cluster(name=name)
    for key in keys:
        cluster.metadata.filter_metadata[key].update({"k": key})
    return cluster


def test_the_order_of_maps_changes_no_byte() -> None:
    """Entries are serialised by key, whatever order they were put in."""
    one, other = _cluster("a", "x", "y", "z"), _cluster("a", "z", "y", "x")
    made = [resource(xds.CLUSTER, ResourceName("a"), each) for each in (one, other)]
    assert made[0] == made[1]


def test_the_order_of_maps_inside_any_changes_no_byte() -> None:
    """A filter's configuration for one route is packed under the same rule."""
    routes = []
    for names in (("a", "b"), ("b", "a")):
        route = default_route("c")
        for name in names:
            set_filter(route, name, http_fault(None, http_abort(503, 1)))
        routes.append(configuration("r", [virtual_host("v", ["*"], [route])]))
    made = [build_snapshot(Messages(routes=(route,))) for route in routes]
    assert made[0].version == made[1].version


def test_the_order_of_messages_changes_no_version() -> None:
    """A snapshot is a set of resources."""
    one, other = _cluster("a"), _cluster("b")
    forwards = build_snapshot(Messages(clusters=(one, other)))
    backwards = build_snapshot(Messages(clusters=(other, one)))
    assert forwards == backwards


def test_any_change_changes_its_own_version_and_the_snapshots() -> None:
    """And the version of no other resource."""
    before = build_snapshot(Messages(clusters=(_cluster("a"), _cluster("b"))))
    after = build_snapshot(Messages(clusters=(_cluster("a"), _cluster("b", "new"))))
    name = ResourceName("a")
    assert before.version != after.version
    assert before.of(xds.CLUSTER)[name] == after.of(xds.CLUSTER)[name]
    name = ResourceName("b")
    assert before.of(xds.CLUSTER)[name].version != after.of(xds.CLUSTER)[name].version


def test_two_resources_of_one_name_are_refused() -> None:
    """One of them would vanish silently."""
    with pytest.raises(ValueError, match=r"two resources of type .*Cluster are named a"):
        build_snapshot(Messages(clusters=(_cluster("a"), _cluster("a", "x"))))
