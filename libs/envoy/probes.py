"""Ports of an Envoy for those who run it: whether it is ready, and its statistics.

They are Istio's, and lead to two pages of the admin interface and to no other.
"""

from collections.abc import Mapping
from typing import Any, Final

ADMIN_CLUSTER: Final = "periplus-admin"
READY_PORT: Final = 15021
READY_PATH: Final = "/healthz/ready"
STATS_PORT: Final = 15090
STATS_PATH: Final = "/stats/prometheus"
_MANAGER: Final = "envoy.filters.network.http_connection_manager"
_MANAGER_TYPE: Final = (
    "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3."
    "HttpConnectionManager"
)
_ROUTER_TYPE: Final = "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"


def listeners(bind: str) -> list[dict[str, Any]]:
    """Return the listeners at an address of the machine."""
    return [
        _listener(bind, READY_PORT, READY_PATH, "/ready"),
        _listener(bind, STATS_PORT, STATS_PATH, STATS_PATH),
    ]


def admin_cluster(address: Mapping[str, Any]) -> dict[str, Any]:
    """Return the cluster of the admin interface, which listens at `address`."""
    endpoint = {"endpoint": {"address": dict(address)}}
    return {
        "name": ADMIN_CLUSTER,
        "type": "STATIC",
        "connect_timeout": "0.25s",
        "load_assignment": {
            "cluster_name": ADMIN_CLUSTER,
            "endpoints": [{"lb_endpoints": [endpoint]}],
        },
    }


def _listener(bind: str, port: int, path: str, page: str) -> dict[str, Any]:
    """Return a listener for one path; others are not found."""
    route = {"match": {"path": path}, "route": {"cluster": ADMIN_CLUSTER, "prefix_rewrite": page}}
    manager = {
        "@type": _MANAGER_TYPE,
        "stat_prefix": f"probe_{port}",
        "route_config": {"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [route]}]},
        "http_filters": [
            {"name": "envoy.filters.http.router", "typed_config": {"@type": _ROUTER_TYPE}}
        ],
    }
    return {
        "name": f"probe_{port}",
        "address": {"socket_address": {"address": bind, "port_value": port}},
        "ignore_global_conn_limit": True,
        "filter_chains": [{"filters": [{"name": _MANAGER, "typed_config": manager}]}],
    }
