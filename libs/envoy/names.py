"""Istio's names for Envoy resources, so that every tool which reads them works."""

BLACK_HOLE = "BlackHoleCluster"
PASSTHROUGH = "PassthroughCluster"
ALLOW_ANY_BY_NAME = "AllowAnyDynamicDNSCluster"
INBOUND_PASSTHROUGH = "InboundPassthroughCluster"
VIRTUAL_OUTBOUND = "virtualOutbound"
VIRTUAL_INBOUND = "virtualInbound"
INBOUND_CATCH_ALL = f"{VIRTUAL_INBOUND}-catchall"
DEFAULT_ROUTE = "default"
HTTP_PROXY = "http_proxy"
"""Routes of a sidecar that is used as a proxy."""


def outbound_cluster(host: str, port: int, subset: str = "") -> str:
    """Return `outbound|9080|v1|reviews.default.svc.cluster.local`."""
    return f"outbound|{port}|{subset}|{host}"


def crossing_cluster(host: str, port: int, subset: str = "") -> str:
    """Return `outbound_.9080_.v1_.reviews.default.svc.cluster.local`, which is a server name too.

    Calls from another network ask an east-west gateway for it.
    """
    return f"outbound_.{port}_.{subset}_.{host}"


def inbound_cluster(port: int) -> str:
    """Return `inbound|9080||`; `port` is the workload's own."""
    return f"inbound|{port}||"


def listener(bind: str, port: int) -> str:
    """Return `0.0.0.0_9080`."""
    return f"{bind}_{port}"


def virtual_host(host: str, port: int) -> str:
    """Return `reviews.default.svc.cluster.local:9080`."""
    return f"{host}:{port}"


def gateway_route(port: int) -> str:
    """Return `http.80`; `port` is the Gateway server's number."""
    return f"http.{port}"


def gateway_https_route(port: int, port_name: str, gateway: str, namespace: str) -> str:
    """Return `https.443.https.edge.infra`: each such server has routes of its own."""
    return f"https.{port}.{port_name}.{gateway}.{namespace}"


def stat_prefix(direction: str, bind: str, port: int) -> str:
    """Return `outbound_0.0.0.0_9080`."""
    return f"{direction}_{bind}_{port}"
