"""Filters are put where they act."""

from protogen.envoy.extensions.filters.network.http_connection_manager.v3 import (
    http_connection_manager_pb2 as hcm_pb2,
)

from libs.compile.httpfilters import before_router
from libs.envoy import hcm, route


def test_the_router_stays_last() -> None:
    """What is added keeps its order before the router and behind everything else."""
    manager = hcm.inline("a", route.configuration("a", []), hcm.Side.OUTBOUND)
    before_router(manager, [hcm_pb2.HttpFilter(name=name) for name in ("one", "two")])
    names = [one.name for one in manager.http_filters]
    assert names[-3:] == ["one", "two", hcm.ROUTER_NAME]
    assert names[0] == "envoy.filters.http.cors"
