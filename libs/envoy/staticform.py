"""A snapshot as a bootstrap with static resources, for an Envoy without a control plane."""

from collections.abc import Iterator
from typing import Any

from google.protobuf.json_format import MessageToDict
from protogen.envoy.extensions.transport_sockets.tls.v3 import secret_pb2

from libs.envoy.json import snapshot_json
from libs.kernel import xds
from libs.kernel.xds import Snapshot

_MANAGER = ".http_connection_manager.v3.HttpConnectionManager"
_FIRST_GRPC_PORT = 20000


def static_bootstrap(snapshot: Snapshot) -> dict[str, Any]:
    """Return the bootstrap: routes inside their listeners, endpoints inside their clusters.

    Secrets are whole: an Envoy has to work with them.
    """
    printed = snapshot_json(snapshot)
    routes = {one["name"]: one for one in printed["routes"]}
    assignments = {one["clusterName"]: one for one in printed["endpoints"]}
    return {
        "node": {"id": "static", "cluster": "static"},
        "static_resources": {
            "listeners": list(_listeners(printed["listeners"], routes)),
            "clusters": [_with_secrets(_cluster(one, assignments)) for one in printed["clusters"]],
            "secrets": list(_secrets(snapshot)),
        },
    }


def _secrets(snapshot: Snapshot) -> Iterator[dict[str, Any]]:
    for one in snapshot.of(xds.SECRET).values():
        yield MessageToDict(secret_pb2.Secret.FromString(one.body))


def _with_secrets(holder: dict[str, Any]) -> dict[str, Any]:
    """Name secrets without a source: that means the static ones."""
    config = holder.get("transportSocket", {}).get("typedConfig", {})
    common = config.get("commonTlsContext", {})
    waiting = list(common.get("tlsCertificateSdsSecretConfigs", ()))
    if "combinedValidationContext" in common:
        waiting.append(common["combinedValidationContext"]["validationContextSdsSecretConfig"])
    for one in waiting:
        del one["sdsConfig"]
    return holder


def _listeners(
    listeners: list[dict[str, Any]], routes: dict[str, dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    for at, one in enumerate(listeners):
        yield _with_routes(_with_address(one, _FIRST_GRPC_PORT + at), routes)


def _with_address(listener: dict[str, Any], port: int) -> dict[str, Any]:
    """Turn what a gRPC client asks for into a listener that Envoy can have."""
    manager = listener.get("apiListener", {}).get("apiListener")
    if manager is None:
        return listener
    return {
        "name": listener["name"],
        "address": {"socketAddress": {"address": "127.0.0.1", "portValue": port}},
        "filterChains": [{"filters": [{"name": "manager", "typedConfig": manager}]}],
    }


def _with_routes(listener: dict[str, Any], routes: dict[str, dict[str, Any]]) -> dict[str, Any]:
    # A listener of datagrams has no chains.
    for chain in listener.get("filterChains", ()):
        _with_secrets(chain)
        for one in chain["filters"]:
            config = one["typedConfig"]
            if config["@type"].endswith(_MANAGER) and "rds" in config:
                config["routeConfig"] = routes[config.pop("rds")["routeConfigName"]]
    return listener


def _cluster(cluster: dict[str, Any], assignments: dict[str, dict[str, Any]]) -> dict[str, Any]:
    if cluster.get("type") == "EDS":
        name = cluster.pop("edsClusterConfig")["serviceName"]
        cluster["type"] = "STATIC"
        cluster["loadAssignment"] = assignments[name]
    return cluster
