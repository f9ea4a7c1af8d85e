"""A proxy as the node that its Envoy presents over xDS: Istio's id and metadata."""

from typing import Any

from libs.compile.proxy import Proxy

DEFAULT_IP = "127.0.0.1"


def node_id(proxy: Proxy, name: str) -> str:
    """Return `sidecar~<ip>~<name>.<namespace>~<namespace>.svc.<domain>`."""
    ip = proxy.ips[0] if proxy.ips else DEFAULT_IP
    return f"{proxy.type}~{ip}~{name}.{proxy.namespace}~{proxy.dns_domain}"


def node_metadata(proxy: Proxy) -> dict[str, Any]:
    """Return node metadata; what the proxy's own metadata says wins."""
    return {
        "NAMESPACE": proxy.namespace,
        "LABELS": dict(proxy.labels),
        "INSTANCE_IPS": ",".join(proxy.ips),
        "SERVICE_ACCOUNT": proxy.service_account,
        "CLUSTER_ID": proxy.cluster,
        "NETWORK": proxy.network,
        **proxy.metadata,
    }
