"""Workloads that take HTTP/1.1 and HTTP/2: an Envoy in front of those that take HTTP/1.1 only."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tests.agree.trial import WORKLOADS_ADDRESS
from tools.envoy.process import EnvoyProcess

_TYPES = "type.googleapis.com/envoy.extensions.filters"
_MANAGER = f"{_TYPES}.network.http_connection_manager.v3.HttpConnectionManager"
_ROUTER = {"name": "router", "typed_config": {"@type": f"{_TYPES}.http.router.v3.Router"}}


@contextmanager
def fronts(ports: Mapping[int, int]) -> Iterator[None]:
    """Take calls at each port, in either protocol, for the port behind it, while context lasts."""
    config = {
        "static_resources": {
            "listeners": [_listener(port, f"b{behind}") for port, behind in ports.items()],
            "clusters": [_cluster(f"b{behind}", behind) for behind in ports.values()],
        }
    }
    with EnvoyProcess(config) as process:
        process.wait_ready()
        yield


def _at(port: int) -> dict[str, Any]:
    return {"socket_address": {"address": WORKLOADS_ADDRESS, "port_value": port}}


def _listener(port: int, cluster: str) -> dict[str, Any]:
    route = {"match": {"prefix": "/"}, "route": {"cluster": cluster}}
    host = {"name": "all", "domains": ["*"], "routes": [route]}
    manager = {
        "@type": _MANAGER,
        "stat_prefix": cluster,
        "codec_type": "AUTO",
        "route_config": {"virtual_hosts": [host]},
        "http_filters": [_ROUTER],
    }
    chain = {"filters": [{"name": "manager", "typed_config": manager}]}
    return {"name": cluster, "address": _at(port), "filter_chains": [chain]}


def _cluster(name: str, port: int) -> dict[str, Any]:
    endpoints = [{"lb_endpoints": [{"endpoint": {"address": _at(port)}}]}]
    assignment = {"cluster_name": name, "endpoints": endpoints}
    return {"name": name, "type": "STATIC", "load_assignment": assignment}
