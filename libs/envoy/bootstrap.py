"""The bootstrap of an Envoy: who it is, and the one stream that it gets everything else from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from google.protobuf.json_format import MessageToDict
from protogen.envoy.extensions.transport_sockets.tls.v3 import tls_pb2

from libs.envoy import probes, tls
from libs.envoy.address import is_ip
from libs.envoy.configsource import AGENT_CLUSTER

XDS_CLUSTER: Final = "xds-grpc"
_KEEPALIVE_S: Final = 10
REGEX_PROGRAM_INSTRUCTIONS_MAX: Final = 32768
"""Largest RE2 program that our Envoys accept; larger ones are refused before they are sent."""
_HTTP_OPTIONS: Final = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"


@dataclass(frozen=True, slots=True)
class AgentSettings:
    """The agent beside an Envoy: the Unix socket at which it serves the workload's identity.

    With that the Envoy speaks mutual TLS on its stream, to a server that has one of `xds_names`.
    """

    socket: str
    xds_names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BootstrapSettings:
    """What differs between Envoys. `delta` chooses the incremental variant of the protocol.

    `reconnect_min_ms` and `reconnect_max_ms` bound the pause before a lost stream is opened again.
    `locality` is `region/zone/subzone`. `probes` is the address where it answers on Istio's ports
    for probes and statistics; empty is nowhere. With `load_reports` it tells the xDS server how
    much it sends to each cluster.
    """

    node_id: str
    xds_host: str
    xds_port: int
    metadata: Mapping[str, Any] = field(default_factory=dict)
    node_cluster: str = "istio-proxy"
    admin_host: str = "127.0.0.1"
    admin_port: int = 15000
    delta: bool = True
    reconnect_min_ms: int = 100
    reconnect_max_ms: int = 2000
    locality: str = ""
    agent: AgentSettings | None = None
    probes: str = ""
    load_reports: bool = False


def bootstrap(settings: BootstrapSettings) -> dict[str, Any]:
    """Return the bootstrap in the JSON form that Envoy reads."""
    return {
        "node": {
            "id": settings.node_id,
            "cluster": settings.node_cluster,
            "metadata": dict(settings.metadata),
            **_place(settings.locality),
        },
        "admin": {"address": _socket(settings.admin_host, settings.admin_port)},
        "dynamic_resources": _dynamic(settings),
        "static_resources": _static(settings),
        "layered_runtime": {"layers": [_static_runtime()]},
        **_load_reports(settings),
    }


def _load_reports(settings: BootstrapSettings) -> dict[str, Any]:
    if not settings.load_reports:
        return {}
    reporting = {
        "api_type": "GRPC",
        "transport_api_version": "V3",
        "grpc_services": [{"envoy_grpc": _stream(settings)}],
    }
    return {"cluster_manager": {"load_stats_config": reporting}}


def _static(settings: BootstrapSettings) -> dict[str, Any]:
    """Return what no stream brings: the way to the stream itself, and ports for probes."""
    clusters = [_xds_cluster(settings), *_agent_cluster(settings)]
    if not settings.probes:
        return {"clusters": clusters}
    admin = probes.admin_cluster(_socket(settings.admin_host, settings.admin_port))
    return {"listeners": probes.listeners(settings.probes), "clusters": [*clusters, admin]}


def _place(locality: str) -> dict[str, Any]:
    """Say where the proxy is, if that is known."""
    written = zip(("region", "zone", "sub_zone"), locality.split("/"), strict=False)
    return {"locality": dict(written)} if locality else {}


def _socket(host: str, port: int) -> dict[str, Any]:
    return {"socket_address": {"address": host, "port_value": port}}


def _dynamic(settings: BootstrapSettings) -> dict[str, Any]:
    source = {"ads": {}, "resource_api_version": "V3", "initial_fetch_timeout": "0s"}
    return {
        "ads_config": {
            "api_type": "DELTA_GRPC" if settings.delta else "GRPC",
            "transport_api_version": "V3",
            "set_node_on_first_message_only": True,
            "grpc_services": [{"envoy_grpc": _stream(settings)}],
        },
        "lds_config": source,
        "cds_config": source,
    }


def _stream(settings: BootstrapSettings) -> dict[str, Any]:
    """Come back soon after the frontend was restarted, however long it was away."""
    backoff = {
        "base_interval": f"{settings.reconnect_min_ms / 1000}s",
        "max_interval": f"{settings.reconnect_max_ms / 1000}s",
    }
    return {"cluster_name": XDS_CLUSTER, "retry_policy": {"retry_back_off": backoff}}


def _xds_cluster(settings: BootstrapSettings) -> dict[str, Any]:
    kind = "STATIC" if is_ip(settings.xds_host) else "STRICT_DNS"
    address = _socket(settings.xds_host, settings.xds_port)
    return _grpc_cluster(XDS_CLUSTER, kind, address) | _encrypted(settings.agent)


def _agent_cluster(settings: BootstrapSettings) -> list[dict[str, Any]]:
    """Return the cluster of the agent, by the name that secrets from it are looked for."""
    if settings.agent is None:
        return []
    return [_grpc_cluster(AGENT_CLUSTER, "STATIC", {"pipe": {"path": settings.agent.socket}})]


def _encrypted(agent: AgentSettings | None) -> dict[str, Any]:
    if agent is None:
        return {}
    context = tls_pb2.CommonTlsContext()
    tls.use_agent(context)
    tls.expect_names(context, agent.xds_names)
    return {"transport_socket": MessageToDict(tls.towards(context, ""))}


def _grpc_cluster(name: str, kind: str, address: dict[str, Any]) -> dict[str, Any]:
    keepalive = {"interval": f"{_KEEPALIVE_S}s", "timeout": f"{_KEEPALIVE_S}s"}
    return {
        "name": name,
        "type": kind,
        "connect_timeout": "1s",
        "typed_extension_protocol_options": {
            _HTTP_OPTIONS: {
                "@type": f"type.googleapis.com/{_HTTP_OPTIONS}",
                "explicit_http_config": {
                    "http2_protocol_options": {"connection_keepalive": keepalive}
                },
            }
        },
        "load_assignment": {
            "cluster_name": name,
            "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address}}]}],
        },
    }


def _static_runtime() -> dict[str, Any]:
    """Allow the size of regexes that Istio allows."""
    return {
        "name": "static",
        "static_layer": {"re2.max_program_size.error_level": REGEX_PROGRAM_INSTRUCTIONS_MAX},
    }
