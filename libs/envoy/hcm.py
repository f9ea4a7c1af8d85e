"""The HTTP connection manager: the network filter that reads HTTP and asks for routes."""

from collections.abc import Iterable
from enum import Enum
from typing import Final

from protogen.envoy.config.listener.v3 import listener_components_pb2 as lc
from protogen.envoy.config.route.v3 import route_pb2
from protogen.envoy.extensions.filters.http.fault.v3 import fault_pb2
from protogen.envoy.extensions.filters.http.grpc_web.v3 import grpc_web_pb2
from protogen.envoy.extensions.filters.http.router.v3 import router_pb2
from protogen.envoy.extensions.filters.network.http_connection_manager.v3 import (
    http_connection_manager_pb2 as hcm_pb2,
)

from libs.envoy import cors, dynamicdns, fault
from libs.envoy.anys import pack
from libs.envoy.configsource import aggregated
from libs.envoy.wellknown import NO_TIME, boolean, duration

FILTER_NAME: Final = "envoy.filters.network.http_connection_manager"
ROUTER_NAME: Final = "envoy.filters.http.router"
GRPC_WEB_NAME: Final = "envoy.filters.http.grpc_web"
_Manager = hcm_pb2.HttpConnectionManager


class Side(Enum):
    """Where the manager stands; a gateway faces clients that nobody vouches for."""

    OUTBOUND = "outbound"
    INBOUND = "inbound"
    GATEWAY = "gateway"


def by_name(stat_prefix: str, route_config: str, side: Side) -> hcm_pb2.HttpConnectionManager:
    """Return a manager that gets its routes by name from the aggregated stream."""
    manager = _manager(stat_prefix, side)
    manager.rds.route_config_name = route_config
    manager.rds.config_source.CopyFrom(aggregated())
    return manager


def suppress_own_headers(manager: hcm_pb2.HttpConnectionManager) -> None:
    """Add no header of Envoy's own to requests and answers."""
    for one in manager.http_filters:
        router = router_pb2.Router()
        if one.typed_config.Unpack(router):
            router.suppress_envoy_headers = True
            one.typed_config.CopyFrom(pack(router))


def translate_grpc_web(manager: hcm_pb2.HttpConnectionManager) -> None:
    """Let browsers, which cannot speak gRPC itself, call what does."""
    former = list(manager.http_filters)
    del manager.http_filters[:]
    manager.http_filters.add(name=GRPC_WEB_NAME, typed_config=pack(grpc_web_pb2.GrpcWeb()))
    manager.http_filters.extend(former)


def look_up_names(chains: Iterable[lc.FilterChain]) -> None:
    """Let the managers of chains look up hosts where routes lead to what is found by its name."""
    for one in (found for chain in chains for found in chain.filters if found.name == FILTER_NAME):
        manager = hcm_pb2.HttpConnectionManager()
        one.typed_config.Unpack(manager)
        router = manager.http_filters.pop()
        manager.http_filters.extend([dynamicdns.http_filter(), router])
        one.typed_config.CopyFrom(pack(manager))


def inline(
    stat_prefix: str, routes: route_pb2.RouteConfiguration, side: Side
) -> hcm_pb2.HttpConnectionManager:
    """Return a manager that carries its routes."""
    manager = _manager(stat_prefix, side)
    manager.route_config.CopyFrom(routes)
    return manager


def network_filter(manager: hcm_pb2.HttpConnectionManager) -> lc.Filter:
    """Return the manager as a network filter."""
    return lc.Filter(name=FILTER_NAME, typed_config=pack(manager))


def for_grpc_client(stat_prefix: str, route_config: str) -> hcm_pb2.HttpConnectionManager:
    """Return the few fields that a gRPC client reads from a manager."""
    manager = _Manager(stat_prefix=stat_prefix, http_filters=[_fault_filter(), _router_filter()])
    manager.rds.route_config_name = route_config
    manager.rds.config_source.CopyFrom(aggregated())
    return manager


def _manager(stat_prefix: str, side: Side) -> hcm_pb2.HttpConnectionManager:
    """Return what every manager has. Streams may idle: routes decide how long a call lasts."""
    manager = _Manager(
        stat_prefix=stat_prefix,
        use_remote_address=boolean(side is Side.GATEWAY),
        normalize_path=boolean(True),
        stream_idle_timeout=duration(NO_TIME),
        upgrade_configs=[_Manager.UpgradeConfig(upgrade_type="websocket")],
        http_filters=_filters(side),
    )
    if side is Side.GATEWAY:
        manager.server_name = "istio-envoy"
        manager.forward_client_cert_details = _Manager.SANITIZE_SET
    else:
        manager.server_header_transformation = _Manager.PASS_THROUGH
    if side is Side.INBOUND:
        _tell_callers(manager)
    return manager


def _tell_callers(manager: hcm_pb2.HttpConnectionManager) -> None:
    """Tell the workload who calls by mutual TLS; what others say of themselves is taken away."""
    manager.forward_client_cert_details = _Manager.APPEND_FORWARD
    told = manager.set_current_client_cert_details
    told.subject.CopyFrom(boolean(True))
    told.dns = told.uri = True


def _filters(side: Side) -> list[hcm_pb2.HttpFilter]:
    if side is Side.INBOUND:
        return [_router_filter()]
    return [cors.http_filter(), _fault_filter(), _router_filter()]


def _fault_filter() -> hcm_pb2.HttpFilter:
    return hcm_pb2.HttpFilter(name=fault.FILTER_NAME, typed_config=pack(fault_pb2.HTTPFault()))


def _router_filter() -> hcm_pb2.HttpFilter:
    return hcm_pb2.HttpFilter(name=ROUTER_NAME, typed_config=pack(router_pb2.Router()))
