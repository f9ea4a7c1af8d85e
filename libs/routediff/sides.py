"""An HTTP connection manager of one side: its routes, and what it does to every request."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from protogen.envoy.config.route.v3 import route_components_pb2 as rc
from protogen.envoy.config.route.v3 import route_pb2
from protogen.envoy.extensions.filters.network.http_connection_manager.v3 import (
    http_connection_manager_pb2 as hcm_pb2,
)

from libs.routediff.destinations import Upstreams
from libs.routediff.fields import unread
from libs.routing.outcome import UndecidedError
from libs.routing.resources import Resources

Manager = hcm_pb2.HttpConnectionManager
_COSMETIC = (
    "stat_prefix",
    "rds",
    "route_config",
    "scoped_routes",
    "access_log",
    "access_log_options",
    "tracing",
    "http_filters",
)


@dataclass(frozen=True, slots=True)
class Side:
    """A connection manager among its resources."""

    resources: Resources
    upstreams: Upstreams
    manager: Manager

    @property
    def config(self) -> route_pb2.RouteConfiguration | None:
        """Its routes; None where there are none. Raises UndecidedError for another source."""
        kind = self.manager.WhichOneof("route_specifier")
        if kind == "route_config":
            return self.manager.route_config
        if kind != "rds":
            raise UndecidedError(f"http_connection_manager.{kind}")
        name = self.manager.rds.route_config_name
        if name in self.resources.unread:
            raise UndecidedError(f"route_config {name}: {self.resources.unread[name]}")
        return self.resources.routes.get(name)


def settings(manager: Manager) -> Mapping[str, bytes]:
    """Return what a connection manager does to all of its requests, by field or filter.

    Filters may have one name; those after the first have marks behind it.
    """
    found = dict(unread(manager, _COSMETIC))
    for place, one in enumerate(manager.http_filters):
        name = f"filter {one.name}"
        while name in found:
            name += "'"
        found[name] = bytes([place]) + one.SerializeToString(deterministic=True)
    return found


def clusters_of(virtual_host: rc.VirtualHost) -> frozenset[str]:
    """Return the clusters that a virtual host names."""
    return frozenset(_named(virtual_host.routes))


def _named(routes: Iterable[rc.Route]) -> Iterator[str]:
    for one in routes:
        yield one.route.cluster
        for weighted in one.route.weighted_clusters.clusters:
            yield weighted.name
        for mirror in one.route.request_mirror_policies:
            yield mirror.cluster
