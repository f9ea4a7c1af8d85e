"""A real Envoy that reads its routes, clusters and listeners from files, and what it counted."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from google.protobuf.message import Message
from protogen.envoy.service.discovery.v3 import discovery_pb2

from tests.hashoracle.bases import TABLE
from tools.envoy.process import EnvoyProcess

PUSH_TIMEOUT_S = 20.0
_KINDS = {
    "envoy.config.route.v3.RouteConfiguration": (f"http.web.rds.{TABLE}", ("config_reload",)),
    "envoy.config.cluster.v3.Cluster": (
        "cluster_manager.cds",
        ("cluster_added", "cluster_modified", "cluster_removed"),
    ),
    "envoy.config.listener.v3.Listener": (
        "listener_manager.lds",
        ("listener_added", "listener_modified", "listener_removed"),
    ),
}
_SEEN = ("update_success", "update_rejected", "update_failure")


class Oracle:
    """Pushes bytes to the Envoy and tells by its counters whether it saw a change."""

    def __init__(self, envoy: EnvoyProcess, folder: Path) -> None:
        """Take a started Envoy whose discovery files are in `folder`."""
        self._envoy = envoy
        self._folder = folder
        self._pushes = 0

    def reloads(self, type_name: str, body: bytes) -> bool | None:
        """Tell whether a push changed anything; None when Envoy refused the bytes."""
        prefix, counters = _KINDS[type_name]
        before = self._counted(prefix)
        self._pushes += 1
        write(self._folder, type_name, body, str(self._pushes))
        until_s = time.monotonic() + PUSH_TIMEOUT_S
        while time.monotonic() < until_s:
            after = self._counted(prefix)
            if any(after[name] != before[name] for name in _SEEN):
                taken = after["update_success"] != before["update_success"]
                return any(after[each] != before[each] for each in counters) if taken else None
            time.sleep(0.002)
        raise TimeoutError(f"Envoy took no {type_name} within {PUSH_TIMEOUT_S} s.")

    def _counted(self, prefix: str) -> dict[str, int]:
        names = prefix.replace(".", "\\.")
        if not prefix.startswith("http"):
            names = f"{names.removesuffix('cds').removesuffix('lds')}"
        stats = self._envoy.admin.stats(f"^{names}")
        found = {name.rpartition(".")[2]: value for name, value in stats.items()}
        exact = {each: stats.get(f"{prefix}.{each}", 0) for each in _SEEN}
        every = [each for _, counters in _KINDS.values() for each in counters]
        return {**{each: found.get(each, 0) for each in every}, **exact}


@contextmanager
def oracle(folder: Path) -> Iterator[Oracle]:
    """Start an Envoy without routes, clusters and listeners of its own."""
    for type_name in _KINDS:
        write(folder, type_name, b"", "0")
    with EnvoyProcess(_bootstrap(folder), folder=folder / "envoy", log_level="error") as envoy:
        envoy.wait_ready()
        yield Oracle(envoy, folder)


def write(folder: Path, type_name: str, body: bytes, version: str) -> None:
    """Put a discovery response where Envoy looks for it; no body is no resource."""
    response = discovery_pb2.DiscoveryResponse(version_info=version)
    if body or type_name.endswith("RouteConfiguration"):
        one = response.resources.add(type_url=f"type.googleapis.com/{type_name}")
        one.value = body or b"\n\x05" + TABLE.encode()
    _replace(folder / f"{type_name}.pb", response)


def _replace(path: Path, message: Message) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_bytes(message.SerializeToString())
    fresh.replace(path)


def _bootstrap(folder: Path) -> dict[str, Any]:
    def source(type_name: str) -> dict[str, Any]:
        path = {"path": str(folder / f"{type_name}.pb")}
        return {"path_config_source": path, "resource_api_version": "V3"}

    routes, clusters, listeners = map(source, _KINDS)
    extension = "type.googleapis.com/envoy.extensions.filters"
    router = {"@type": f"{extension}.http.router.v3.Router"}
    manager = {
        "@type": f"{extension}.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "web",
        "rds": {"route_config_name": TABLE, "config_source": routes},
        "http_filters": [{"name": "router", "typed_config": router}],
    }
    web = {
        "name": "web",
        "address": {"socket_address": {"address": "127.0.0.1", "port_value": 0}},
        "filter_chains": [{"filters": [{"name": "http", "typed_config": manager}]}],
    }
    return {
        "node": {"id": "oracle", "cluster": "oracle"},
        "static_resources": {"listeners": [web]},
        "dynamic_resources": {"cds_config": clusters, "lds_config": listeners},
    }
