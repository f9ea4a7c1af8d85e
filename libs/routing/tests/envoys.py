"""Small Envoys for tests, written as a config dump has them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from libs.routing.call import Call, call_from_fields
from libs.routing.decision import Decision
from libs.routing.dump import from_dump
from libs.routing.evaluate import evaluate
from libs.routing.resources import Resources

Json = Mapping[str, Any]
_PREFIX = "type.googleapis.com/envoy.extensions.filters"
ROUTER = {
    "name": "envoy.filters.http.router",
    "typed_config": {"@type": f"{_PREFIX}.http.router.v3.Router"},
}


def manager(routes: Json, filters: Sequence[Json] = (ROUTER,), **fields: Any) -> Json:
    """Return a connection manager as a network filter."""
    return {
        "name": "manager",
        "typed_config": {
            "@type": f"{_PREFIX}.network.http_connection_manager.v3.HttpConnectionManager",
            "stat_prefix": "http",
            "http_filters": filters,
            **routes,
            **fields,
        },
    }


def tcp(cluster: str) -> Json:
    """Return a TCP proxy as a network filter."""
    kind = f"{_PREFIX}.network.tcp_proxy.v3.TcpProxy"
    return {
        "name": "tcp",
        "typed_config": {"@type": kind, "stat_prefix": "tcp", "cluster": cluster},
    }


def listener(name: str, port: int, chains: Sequence[Json], **fields: Any) -> Json:
    """Return a listener on every address."""
    at = {"socket_address": {"address": "0.0.0.0", "port_value": port}}
    return {"name": name, "address": at, "filter_chains": chains, **fields}


def cluster(name: str, *endpoints: str) -> Json:
    """Return a cluster with fixed endpoints, each `address:port`."""
    listed = []
    for one in endpoints:
        host, _, port = one.partition(":")
        at = {"socket_address": {"address": host, "port_value": int(port)}}
        listed.append({"endpoint": {"address": at}})
    assignment = {"cluster_name": name, "endpoints": [{"lb_endpoints": listed}]}
    return {"name": name, "type": "STATIC", "load_assignment": assignment}


def envoy(
    listeners: Sequence[Json],
    clusters: Sequence[Json] = (),
    routes: Sequence[Json] = (),
    endpoints: Sequence[Json] = (),
) -> Resources:
    """Read resources as a config dump would give them."""
    configs = {
        "dynamic_listeners": [{"active_state": {"listener": one}} for one in listeners],
        "dynamic_active_clusters": [{"cluster": one} for one in clusters],
        "dynamic_route_configs": [{"route_config": one} for one in routes],
        "dynamic_endpoint_configs": [{"endpoint_config": one} for one in endpoints],
    }
    return from_dump(json.dumps({"configs": [configs]}))


def with_routes(*routes: Json, domains: Sequence[str] = ("*",), **fields: Any) -> Resources:
    """Return an Envoy with one HTTP listener on port 80, and clusters `a` and `b`."""
    host = {"name": "host", "domains": domains, "routes": routes, **fields}
    config = {"route_config": {"name": "routes", "virtual_hosts": [host]}}
    chain = {"filters": [manager(config, normalize_path=True)]}
    clusters = [cluster("a", "10.0.0.1:80"), cluster("b", "10.0.0.2:80")]
    return envoy([listener("http", 80, [chain])], clusters)


def call(**fields: Any) -> Call:
    """Return a call to port 80 of a gateway, changed by `fields`."""
    return call_from_fields({"mode": "gateway", "port": 80, "host": "example.com", **fields})


def ask(resources: Resources, **fields: Any) -> Decision:
    """Return the answer to a call."""
    return evaluate(resources, call(**fields))
