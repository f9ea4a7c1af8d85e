"""Patches of one cluster."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from protogen.envoy.config.cluster.v3 import cluster_pb2

from libs.compile.patches import Patch
from libs.compile.proxy import Proxy, ProxyType
from libs.envoy import names
from libs.envoy.hcm import Side
from libs.envoy.merging import merge
from libs.meshapi.envoyfilter import ClusterMatch

Hosts = Mapping[str, frozenset[str]]
_PARTS: Final = 4
_INBOUND: Final = "inbound|"


def patched_cluster(
    cluster: cluster_pb2.Cluster,
    patches: Iterable[Patch],
    proxy: Proxy,
    hosts: Hosts = MappingProxyType({}),
) -> cluster_pb2.Cluster | None:
    """Return the cluster as patches make it, None when one removes it.

    `hosts` has the services that the workload's own clusters, by name, are of.
    """
    own = hosts.get(cluster.name, frozenset())
    side = side_of_cluster(cluster.name, proxy)
    mine = [
        one
        for one in patches
        if one.apply_to == "CLUSTER"
        and one.is_for(side)
        and _fits(cluster.name, one.match.cluster, own)
    ]
    result = cluster
    for patch in mine:
        if patch.operation == "REMOVE":
            return None
        if patch.merges and patch.value is not None:
            if result is cluster:
                result = cluster_pb2.Cluster()
                result.CopyFrom(cluster)
            merge(result, patch.value, replace_lists=patch.replaces_lists)
    return result


def side_of_cluster(name: str, proxy: Proxy) -> Side:
    """Say which calls a cluster is for."""
    if proxy.type is ProxyType.ROUTER:
        return Side.GATEWAY
    inbound = name.startswith(_INBOUND) or name == names.INBOUND_PASSTHROUGH
    return Side.INBOUND if inbound else Side.OUTBOUND


def _fits(name: str, match: ClusterMatch | None, own: frozenset[str]) -> bool:
    """Compare a name, or the parts of `outbound|9080|v1|reviews.default.svc.cluster.local`."""
    if match is None:
        return True
    if match.name:
        return match.name == name
    parts = name.split("|")
    _, port, subset, host = parts if len(parts) == _PARTS else ("", "", "", "")
    return (
        match.subset in ("", subset)
        and (match.service in ("", "*", host) or match.service in own)
        and match.port_number in (0, int(port) if port.isdecimal() else 0)
    )
