"""Who runs in a cluster of the example fleet, read from the fleet's own files.

The configuration is the only place where addresses are written; programs, Envoys and load follow.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

GATEWAY_LABEL = "istio"
"""Label that only gateways carry in the example fleet."""


@dataclass(frozen=True, slots=True)
class Workload:
    """One program, or one gateway, with an Envoy of its own.

    `outbound_host` is the address on which its Envoy takes the calls that it makes; None: none.
    """

    cluster: str
    namespace: str
    name: str
    address: str
    labels: Mapping[str, str]
    service_account: str
    outbound_host: str | None

    @property
    def is_gateway(self) -> bool:
        """Say whether this is the way into the cluster, without a program behind it."""
        return GATEWAY_LABEL in self.labels

    @property
    def app(self) -> str:
        """Name of the program; empty for a gateway."""
        return self.labels.get("app", "")

    @property
    def version(self) -> str:
        """Version of the program; empty for a gateway."""
        return self.labels.get("version", "")


@dataclass(frozen=True, slots=True)
class DemoCluster:
    """A cluster of the example fleet. `gateway_port` is where its gateway listens."""

    name: str
    gateway_port: int
    workloads: tuple[Workload, ...]


def read_clusters(root: Path) -> tuple[DemoCluster, ...]:
    """Read all clusters of a checkout of the example fleet, by name."""
    return tuple(
        _read_cluster(path.parent) for path in sorted(root.glob("clusters/*/cluster.yaml"))
    )


def _read_cluster(folder: Path) -> DemoCluster:
    """Read the objects of one cluster's folder."""
    objects = list(_objects(folder))
    sidecars = [each for each in objects if each["kind"] == "Sidecar"]
    workloads = tuple(
        _workload(folder.name, each, sidecars)
        for each in objects
        if each["kind"] == "WorkloadEntry"
    )
    return DemoCluster(folder.name, _gateway_port(objects), workloads)


def _objects(folder: Path) -> Iterator[Any]:
    """Yield every object of a folder's files."""
    for path in sorted(folder.glob("*.yaml")):
        yield from yaml.safe_load_all(path.read_text())


def _workload(cluster: str, entry: Any, sidecars: list[Any]) -> Workload:
    """Build a workload from its WorkloadEntry and the Sidecar that selects it."""
    spec = entry["spec"]
    return Workload(
        cluster,
        entry["metadata"]["namespace"],
        entry["metadata"]["name"],
        spec["address"],
        spec["labels"],
        spec["serviceAccount"],
        _outbound_host(spec["labels"], sidecars),
    )


def _outbound_host(labels: Mapping[str, str], sidecars: list[Any]) -> str | None:
    """Return the address of the first egress listener of the Sidecar that selects the labels."""
    for sidecar in sidecars:
        wanted = sidecar["spec"]["workloadSelector"]["labels"]
        if wanted.items() <= labels.items():
            binds = [each["bind"] for each in sidecar["spec"]["egress"] if "bind" in each]
            return str(binds[0]) if binds else None
    return None


def _gateway_port(objects: list[Any]) -> int:
    """Return the port behind the gateway's service."""
    (port,) = (
        each["spec"]["ports"][0]["targetPort"]
        for each in objects
        if each["kind"] == "Service" and GATEWAY_LABEL in each["spec"]["selector"]
    )
    return int(port)
