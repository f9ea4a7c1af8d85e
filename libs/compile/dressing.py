"""Changes of the connection managers and TCP proxies inside a finished listener."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from protogen.envoy.config.core.v3 import base_pb2
from protogen.envoy.config.listener.v3 import listener_components_pb2 as lc
from protogen.envoy.config.listener.v3 import listener_pb2
from protogen.envoy.extensions.filters.network.http_connection_manager.v3 import (
    http_connection_manager_pb2 as hcm_pb2,
)
from protogen.envoy.extensions.filters.network.tcp_proxy.v3 import tcp_proxy_pb2

from libs.compile.proxy import Proxy, ProxyType
from libs.envoy.anys import pack
from libs.envoy.hcm import Side

Manager = hcm_pb2.HttpConnectionManager
TcpProxy = tcp_proxy_pb2.TcpProxy


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a filter stands. `port` is the workload's own, or the one called; 0 is any."""

    side: Side
    port: int


Dress = Callable[[Manager | TcpProxy, Spot], bool]
"""Changes a filter in place and says whether it did."""


def side_of(listener: listener_pb2.Listener, proxy: Proxy) -> Side:
    """Say which calls a listener is for."""
    if proxy.type is ProxyType.ROUTER:
        return Side.GATEWAY
    inbound = listener.traffic_direction == base_pb2.INBOUND
    return Side.INBOUND if inbound else Side.OUTBOUND


DressChain = Callable[[lc.FilterChain, Spot], bool]
"""Changes a chain in place, after its filters, and says whether it did."""


def dressed(
    listener: listener_pb2.Listener,
    proxy: Proxy,
    dress: Dress,
    dress_chain: DressChain = lambda _, __: False,
) -> listener_pb2.Listener:
    """Return the listener with its filters changed; the same one where nothing was."""
    result = listener_pb2.Listener()
    result.CopyFrom(listener)
    side, changed = side_of(listener, proxy), False
    for chain in chains_of(result):
        spot = Spot(side, _port(result, chain))
        for one in chain.filters:
            changed |= _dressed_filter(one, spot, dress)
        changed |= dress_chain(chain, spot)
    return result if changed else listener


def chains_of(listener: listener_pb2.Listener) -> Iterator[lc.FilterChain]:
    """Yield every filter chain, the one for all other connections last."""
    yield from listener.filter_chains
    if listener.HasField("default_filter_chain"):
        yield listener.default_filter_chain


def _port(listener: listener_pb2.Listener, chain: lc.FilterChain) -> int:
    if chain.filter_chain_match.HasField("destination_port"):
        return chain.filter_chain_match.destination_port.value
    redirected = listener.use_original_dst.value or any(
        one.name == "envoy.filters.listener.original_dst" for one in listener.listener_filters
    )
    return 0 if redirected else listener.address.socket_address.port_value


def _dressed_filter(one: lc.Filter, spot: Spot, dress: Dress) -> bool:
    message: Manager | TcpProxy
    for message in (Manager(), TcpProxy()):
        if one.typed_config.Unpack(message):
            if dress(message, spot):
                one.typed_config.CopyFrom(pack(message))
                return True
            return False
    return False
