"""Chains of filters that Envoy refuses: the one that ends a chain has to be there, and last."""

from collections.abc import Iterator, Sequence
from typing import Final

from protogen.envoy.config.listener.v3 import listener_components_pb2 as lc
from protogen.envoy.config.listener.v3 import listener_pb2
from protogen.envoy.extensions.filters.http.router.v3 import router_pb2
from protogen.envoy.extensions.filters.network.http_connection_manager.v3 import (
    http_connection_manager_pb2 as hcm_pb2,
)
from protogen.envoy.extensions.filters.network.tcp_proxy.v3 import tcp_proxy_pb2

_ROUTER: Final = router_pb2.Router.DESCRIPTOR.full_name
_MANAGER: Final = hcm_pb2.HttpConnectionManager.DESCRIPTOR.full_name
_ENDING: Final = (_MANAGER, tcp_proxy_pb2.TcpProxy.DESCRIPTOR.full_name)


def misplaced(listener: listener_pb2.Listener) -> Iterator[str]:
    """Yield a sentence for each chain that Envoy would refuse, or wait for without end."""
    for chain in (*listener.filter_chains, listener.default_filter_chain):
        yield from _network(listener.name, chain.filters)


def _network(listener: str, filters: Sequence[lc.Filter]) -> Iterator[str]:
    for at, one in enumerate(filters):
        ends = one.typed_config.TypeName() in _ENDING
        if ends and at + 1 < len(filters):
            yield f"listener {listener} has filter {filters[at + 1].name} behind {one.name}"
        if one.typed_config.TypeName() == _MANAGER:
            manager = hcm_pb2.HttpConnectionManager()
            one.typed_config.Unpack(manager)
            yield from _http(listener, manager.http_filters)


def _http(listener: str, filters: Sequence[hcm_pb2.HttpFilter]) -> Iterator[str]:
    """The router may be disabled in no place, and asks for nothing by name."""
    routers = [at for at, one in enumerate(filters) if one.typed_config.TypeName() == _ROUTER]
    if routers and routers != [len(filters) - 1]:
        name = filters[routers[0] + 1].name
        yield f"listener {listener} has HTTP filter {name} behind the router"
    if not routers:
        yield f"listener {listener} has HTTP filters without a router at their end"
    for one in filters:
        if one.HasField("config_discovery"):
            yield f"listener {listener} asks for extension {one.name}, which is not there"
