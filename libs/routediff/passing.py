"""A way in that only passes connections on, as the routes that would do the same to requests.

Where one side reads requests and the other passes their bytes on, both are compared as requests.
"""

from typing import Final

from protogen.envoy.config.listener.v3 import listener_components_pb2 as lc
from protogen.envoy.config.route.v3 import route_components_pb2 as rc
from protogen.envoy.extensions.filters.network.tcp_proxy.v3 import tcp_proxy_pb2

from libs.routediff.sides import Manager, Side
from libs.routing.filters import opened, type_of

_TCP_PROXY: Final = tcp_proxy_pb2.TcpProxy.DESCRIPTOR.full_name
_IDLE_UNTIL_ASKED: Final = frozenset(
    {"envoy.filters.http.router", "envoy.filters.http.cors", "envoy.filters.http.fault"}
)
"""Filters that do nothing to a request whose route does not ask for it."""


def as_requests(chain: lc.FilterChain, other: Side) -> Manager | None:
    """Return a connection manager that passes every request on to where connections go.

    It is otherwise like the other side's, less the filters that act by themselves. None for a chain
    that does something else. Raises UndecidedError when nobody knows the other side's routes.
    """
    if len(chain.filters) != 1 or type_of(chain.filters[0].typed_config) != _TCP_PROXY:
        return None
    proxy = opened(chain.filters[0].typed_config, tcp_proxy_pb2.TcpProxy)
    route = rc.Route(match=rc.RouteMatch(prefix="/"))
    route.route.timeout.SetInParent()
    if proxy.WhichOneof("cluster_specifier") == "cluster":
        route.route.cluster = proxy.cluster
    else:
        for one in proxy.weighted_clusters.clusters:
            route.route.weighted_clusters.clusters.add(name=one.name).weight.value = one.weight
    found = Manager()
    found.CopyFrom(other.manager)
    idle = [one for one in other.manager.http_filters if one.name in _IDLE_UNTIL_ASKED]
    del found.http_filters[:]
    found.http_filters.extend(idle)
    found.ClearField("route_config")
    everybody = found.route_config.virtual_hosts.add(name="all", domains=["*"], routes=[route])
    # That requests which are read have their attempts counted in a header is no news to anybody.
    hosts = other.config.virtual_hosts if other.config is not None else ()
    everybody.include_request_attempt_count = any(
        one.include_request_attempt_count for one in hosts
    )
    return found
