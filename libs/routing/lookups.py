"""Hosts that Envoy looks up by the name that a request or a TLS client asks for.

Envoy's dynamic forward proxy: a filter looks the name up, a cluster connects to what was found.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from google.protobuf.any_pb2 import Any as AnyMessage
from protogen.envoy.config.cluster.v3 import cluster_pb2
from protogen.envoy.config.listener.v3 import listener_components_pb2 as lc
from protogen.envoy.extensions.clusters.dynamic_forward_proxy.v3 import cluster_pb2 as dynamic_pb2
from protogen.envoy.extensions.filters.http.dynamic_forward_proxy.v3 import (
    dynamic_forward_proxy_pb2 as http_pb2,
)
from protogen.envoy.extensions.filters.network.http_connection_manager.v3 import (
    http_connection_manager_pb2 as hcm_pb2,
)
from protogen.envoy.extensions.filters.network.sni_dynamic_forward_proxy.v3 import (
    sni_dynamic_forward_proxy_pb2 as sni_pb2,
)

from libs.routing.call import Call
from libs.routing.decision import ClusterChoice, EndpointChoice, Rewrite
from libs.routing.filters import opened, overriding, type_of
from libs.routing.outcome import UndecidedError, understood
from libs.routing.request import Request
from libs.routing.resources import Resources

NETWORK_TYPE: Final = sni_pb2.FilterConfig.DESCRIPTOR.full_name
_HTTP_TYPE: Final = http_pb2.FilterConfig.DESCRIPTOR.full_name
_CLUSTER_TYPE: Final = dynamic_pb2.ClusterConfig.DESCRIPTOR.full_name
_CLUSTER = ("dns_cache_config", "allow_insecure_cluster_options")
_PORT, _TLS_PORT = 80, 443


def of_request(
    http_filters: Iterable[hcm_pb2.HttpFilter],
    overrides: Iterable[Mapping[str, AnyMessage]],
    request: Request,
) -> str:
    """Return the name that is looked up for a request, maybe with a port; empty without a filter.

    `overrides` are the per-filter settings of route, virtual host and so on, the nearest first.
    """
    nearest = list(overrides)
    for one in http_filters:
        if type_of(one.typed_config) != _HTTP_TYPE or one.disabled:
            continue
        config = opened(one.typed_config, http_pb2.FilterConfig)
        understood(config, ("dns_cache_config",), "dynamic_forward_proxy")
        own = overriding(one, nearest)
        if own is None:
            return request.host
        renamed = opened(own, http_pb2.PerRouteConfig)
        understood(renamed, ("host_rewrite_literal",), "dynamic_forward_proxy")
        return renamed.host_rewrite_literal or request.host
    return ""


def of_connection(filters: Iterable[lc.Filter], call: Call) -> str:
    """Return the server name of a TLS client with the port to call; empty without a filter."""
    for one in filters:
        if type_of(one.typed_config) == NETWORK_TYPE and call.sni:
            config = opened(one.typed_config, sni_pb2.FilterConfig)
            understood(config, ("dns_cache_config", "port_value"), "sni_dynamic_forward_proxy")
            return f"{call.sni}:{config.port_value or _TLS_PORT}"
    return ""


def is_by_name(cluster: cluster_pb2.Cluster) -> bool:
    """Say whether a cluster connects to the name that is asked for."""
    return type_of(cluster.cluster_type.typed_config) == _CLUSTER_TYPE


def endpoint(cluster: cluster_pb2.Cluster, asked: str) -> EndpointChoice:
    """Return where a cluster of this kind connects to; what the name means is not looked up.

    Raises UndecidedError where no filter looks up a name.
    """
    config = opened(cluster.cluster_type.typed_config, dynamic_pb2.ClusterConfig)
    understood(config, _CLUSTER, "dynamic_forward_proxy")
    if not asked:
        raise UndecidedError(f"cluster {cluster.name}: nothing looks up a name for it")
    name, colon, port = asked.rpartition(":")
    if colon and port.isdigit():
        return EndpointChoice(name.strip("[]"), int(port))
    usual = _TLS_PORT if cluster.HasField("transport_socket") else _PORT
    return EndpointChoice(asked.strip("[]"), usual)


def check_names(
    resources: Resources, chosen: Iterable[ClusterChoice], rewrite: Rewrite | None, asked: str
) -> None:
    """Raise UndecidedError where a request leaves with another name than was looked up."""
    for one in chosen:
        cluster = resources.clusters.get(one.name)
        if cluster is None or not is_by_name(cluster):
            continue
        stated = (rewrite.host if rewrite is not None else None) or one.host or asked
        if stated != asked:
            raise UndecidedError(f"cluster {one.name}: {asked} is looked up for {stated}")
