"""A random configuration, who asks for it, and random calls to it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from libs.compile.proxy import Proxy, ProxyType
from libs.meshapi.meshconfig.config import MeshConfig
from libs.meshapi.settings import read_mesh_config

NETWORKING = "networking.istio.io/v1"
ADDRESS = "127.0.0.3"
"""Where the proxy listens: no connection starts from there, so none can have taken its port."""
WORKLOADS_ADDRESS = "127.0.0.1"
SUBSETS = ("v1", "v2", "v3")
_SECURITY = "security.istio.io/v1"
_APIS = {
    "Service": "v1",
    "Secret": "v1",
    "EnvoyFilter": "networking.istio.io/v1alpha3",
    "AuthorizationPolicy": _SECURITY,
    "PeerAuthentication": _SECURITY,
    "RequestAuthentication": _SECURITY,
    "Telemetry": "telemetry.istio.io/v1",
    "RateLimit": "periplus.io/v1alpha1",
}
_GATEWAY_LABEL = "gateway.networking.k8s.io/gateway-name"
GATEWAY = "own-gateway"
"""The Gateway of the Gateway API whose proxy the one under test would be, were there one."""
TARGET = {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": GATEWAY}
"""How an object names it."""
Object = Mapping[str, Any]
Workloads = Mapping[tuple[str, int], str]
"""Name of the workload at each address and port."""


@dataclass(frozen=True, slots=True)
class Trial:
    """Objects, a proxy, and calls by the command line's fields. Names of rules are unique.

    `mesh` is the MeshConfig. `introduced` are the ports to which calls of a mode are redirected, 0
    for their own ports.
    """

    objects: tuple[Object, ...]
    proxy: Proxy
    calls: tuple[Mapping[str, Any], ...]
    mesh: Mapping[str, Any] = field(default_factory=dict)
    introduced: Mapping[str, int] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The objects as YAML."""
        return "\n---\n".join(map(json.dumps, self.objects))

    @property
    def settings(self) -> MeshConfig:
        """The settings of the mesh. Raises ValueError with the errors when something is wrong."""
        found = read_mesh_config("mesh.yaml", json.dumps(self.mesh).encode())
        if found.value is None:
            raise ValueError("\n".join(map(str, found.messages)))
        return found.value


@dataclass(frozen=True, slots=True)
class Ground:
    """What a run stands on: workloads that answer, and certificates.

    Of the workloads some speak HTTP/1.1, some do so encrypted, some speak HTTP/2 as well. `own`
    are programs at the address of the proxy under test.
    """

    plain: Workloads
    encrypted: Workloads
    either: Workloads
    own: Workloads
    folder: str

    @property
    def workloads(self) -> Workloads:
        """All workloads."""
        return {**self.plain, **self.encrypted, **self.either, **self.own}


def written(
    kind: str, name: str, spec: Mapping[str, Any], namespace: str = "default"
) -> dict[str, Any]:
    """Return an object as users write it."""
    metadata = {"name": name, "namespace": namespace}
    api = _APIS.get(kind, NETWORKING)
    return {"apiVersion": api, "kind": kind, "metadata": metadata, "spec": spec}


def caller(kind: ProxyType, **metadata: str) -> Proxy:
    """Return the proxy under test: not intercepting, of the workload `caller`."""
    return Proxy(
        kind,
        "default",
        (ADDRESS,),
        labels={"app": "caller", "tier": "near", _GATEWAY_LABEL: GATEWAY},
        locality="region1/zone1/sub1",
        metadata={"INTERCEPTION_MODE": "NONE", **metadata},
    )


def workload_entries(workloads: Workloads, app: str) -> list[dict[str, Any]]:
    """Return the workloads as objects; the first is the nearest to the proxy."""
    return [
        written(
            "WorkloadEntry",
            name,
            {
                "address": address,
                "ports": {"http": port, "tcp": port, "tls": port},
                "labels": {"app": app, "version": version, "tier": tier},
                "locality": locality,
                "weight": weight,
                "serviceAccount": "default",
                "network": "",
            },
        )
        for ((address, port), name), version, (tier, locality, weight) in zip(
            workloads.items(), SUBSETS, PLACES, strict=True
        )
    ]


PLACES: Sequence[tuple[str, str, int]] = (
    ("near", "region1/zone1/sub1", 1),
    ("near", "region1/zone2/sub1", 2),
    ("far", "region2/zone1/sub1", 1),
)
"""Tier, locality and weight of the workloads in their order."""
