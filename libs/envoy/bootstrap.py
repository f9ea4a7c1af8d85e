"""The bootstrap of an Envoy: who it is, and the one stream that it gets everything else from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from libs.envoy.address import is_ip

XDS_CLUSTER: Final = "xds-grpc"
_KEEPALIVE_S: Final = 10
REGEX_PROGRAM_INSTRUCTIONS_MAX: Final = 32768
"""Largest RE2 program that our Envoys accept; larger ones are refused before they are sent."""
_HTTP_OPTIONS: Final = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"


@dataclass(frozen=True, slots=True)
class BootstrapSettings:
    """What differs between Envoys. `delta` chooses the incremental variant of the protocol.

    `reconnect_min_ms` and `reconnect_max_ms` bound the pause before a lost stream is opened again.
    `locality` is `region/zone/subzone`.
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
        "static_resources": {"clusters": [_xds_cluster(settings)]},
        "layered_runtime": {"layers": [_static_runtime()]},
    }


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
    keepalive = {"interval": f"{_KEEPALIVE_S}s", "timeout": f"{_KEEPALIVE_S}s"}
    endpoint = {"endpoint": {"address": _socket(settings.xds_host, settings.xds_port)}}
    return {
        "name": XDS_CLUSTER,
        "type": "STATIC" if is_ip(settings.xds_host) else "STRICT_DNS",
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
            "cluster_name": XDS_CLUSTER,
            "endpoints": [{"lb_endpoints": [endpoint]}],
        },
    }


def _static_runtime() -> dict[str, Any]:
    """Allow the size of regexes that Istio allows."""
    return {
        "name": "static",
        "static_layer": {"re2.max_program_size.error_level": REGEX_PROGRAM_INSTRUCTIONS_MAX},
    }
