"""Clusters: how to find the endpoints of a service and how to speak to them."""

from collections.abc import Sequence
from datetime import timedelta
from enum import Enum
from typing import Final

from protogen.envoy.config.cluster.v3 import circuit_breaker_pb2, cluster_pb2
from protogen.envoy.config.core.v3 import address_pb2, protocol_pb2
from protogen.envoy.config.endpoint.v3 import endpoint_components_pb2 as ec
from protogen.envoy.config.endpoint.v3 import endpoint_pb2
from protogen.envoy.extensions.upstreams.http.v3 import http_protocol_options_pb2

from libs.envoy.anys import pack
from libs.envoy.configsource import aggregated
from libs.envoy.names import BLACK_HOLE
from libs.envoy.wellknown import duration, uint32

CONNECT_TIMEOUT: Final = timedelta(seconds=10)
"""Istio's default."""

DNS_REFRESH: Final = timedelta(seconds=60)
_UNLIMITED: Final = 2**32 - 1
_HTTP_OPTIONS: Final = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
_Cluster = cluster_pb2.Cluster


class LoadBalancing(Enum):
    """How an endpoint is chosen."""

    LEAST_REQUEST = _Cluster.LEAST_REQUEST
    ROUND_ROBIN = _Cluster.ROUND_ROBIN
    RANDOM = _Cluster.RANDOM


class NameLookup(Enum):
    """Whether all addresses of a name are endpoints, or the first one at each connection."""

    EVERY_ADDRESS = _Cluster.STRICT_DNS
    FIRST_ADDRESS = _Cluster.LOGICAL_DNS


def by_discovery(
    name: str, balancing: LoadBalancing, *, http2: bool = False
) -> cluster_pb2.Cluster:
    """Return a cluster whose endpoints come on the aggregated stream under its own name."""
    cluster = _base(name, balancing, http2=http2)
    cluster.type = _Cluster.EDS
    cluster.eds_cluster_config.eds_config.CopyFrom(aggregated())
    cluster.eds_cluster_config.service_name = name
    return cluster


def by_dns(
    assignment: endpoint_pb2.ClusterLoadAssignment,
    balancing: LoadBalancing,
    lookup: NameLookup,
    *,
    http2: bool = False,
) -> cluster_pb2.Cluster:
    """Return a cluster whose endpoints are names that Envoy resolves itself."""
    cluster = _base(assignment.cluster_name, balancing, http2=http2)
    cluster.type = lookup.value
    cluster.load_assignment.CopyFrom(assignment)
    cluster.dns_lookup_family = _Cluster.V4_ONLY
    cluster.dns_refresh_rate.CopyFrom(duration(DNS_REFRESH))
    cluster.respect_dns_ttl = True
    return cluster


def by_original_destination(name: str, *, http2: bool = False) -> cluster_pb2.Cluster:
    """Return a cluster that connects to where the caller wanted to go."""
    cluster = _base(name, None, http2=http2)
    cluster.type = _Cluster.ORIGINAL_DST
    cluster.lb_policy = _Cluster.CLUSTER_PROVIDED
    return cluster


def fixed(
    name: str, addresses: Sequence[address_pb2.Address], *, http2: bool = False
) -> cluster_pb2.Cluster:
    """Return a cluster with addresses that never change."""
    cluster = _base(name, None, http2=http2)
    cluster.type = _Cluster.STATIC
    if addresses:
        endpoints = [ec.LbEndpoint(endpoint=ec.Endpoint(address=at)) for at in addresses]
        cluster.load_assignment.cluster_name = name
        cluster.load_assignment.endpoints.add(lb_endpoints=endpoints)
    return cluster


def black_hole() -> cluster_pb2.Cluster:
    """Return the cluster that has no endpoint: whatever goes there fails."""
    return _Cluster(
        name=BLACK_HOLE, type=_Cluster.STATIC, connect_timeout=duration(CONNECT_TIMEOUT)
    )


def http_options(
    cluster: cluster_pb2.Cluster,
) -> http_protocol_options_pb2.HttpProtocolOptions:
    """Return how a cluster speaks HTTP; where it says nothing, that is HTTP/1.1."""
    options = http_protocol_options_pb2.HttpProtocolOptions()
    if _HTTP_OPTIONS in cluster.typed_extension_protocol_options:
        cluster.typed_extension_protocol_options[_HTTP_OPTIONS].Unpack(options)
    else:
        options.explicit_http_config.http_protocol_options.SetInParent()
    return options


def set_http_options(
    cluster: cluster_pb2.Cluster, options: http_protocol_options_pb2.HttpProtocolOptions
) -> None:
    """Replace how a cluster speaks HTTP."""
    cluster.typed_extension_protocol_options[_HTTP_OPTIONS].CopyFrom(pack(options))


def speak_as_called(cluster: cluster_pb2.Cluster) -> None:
    """Speak the version of HTTP upstream that the caller speaks."""
    options = http_protocol_options_pb2.HttpProtocolOptions()
    options.use_downstream_protocol_config.http_protocol_options.SetInParent()
    options.use_downstream_protocol_config.http2_protocol_options.SetInParent()
    set_http_options(cluster, options)


def bind_source(cluster: cluster_pb2.Cluster, ip: str) -> None:
    """Connect from `ip`, by which redirection knows calls that the proxy made itself."""
    cluster.upstream_bind_config.source_address.address = ip
    cluster.upstream_bind_config.source_address.port_value = 0


def _base(name: str, balancing: LoadBalancing | None, *, http2: bool) -> cluster_pb2.Cluster:
    """Return what clusters share. Limits are off, as Istio has it: rules may set them."""
    cluster = _Cluster(
        name=name, connect_timeout=duration(CONNECT_TIMEOUT), circuit_breakers=_unlimited()
    )
    if balancing is not None:
        cluster.lb_policy = balancing.value
    if http2:
        cluster.typed_extension_protocol_options[_HTTP_OPTIONS].CopyFrom(pack(_http2()))
    return cluster


def _unlimited() -> circuit_breaker_pb2.CircuitBreakers:
    limit = uint32(_UNLIMITED)
    return circuit_breaker_pb2.CircuitBreakers(
        thresholds=[
            circuit_breaker_pb2.CircuitBreakers.Thresholds(
                max_connections=limit,
                max_pending_requests=limit,
                max_requests=limit,
                max_retries=limit,
                track_remaining=True,
            )
        ]
    )


def _http2() -> http_protocol_options_pb2.HttpProtocolOptions:
    options = http_protocol_options_pb2.HttpProtocolOptions()
    options.explicit_http_config.http2_protocol_options.CopyFrom(
        protocol_pb2.Http2ProtocolOptions()
    )
    return options
