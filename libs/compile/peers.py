"""What workloads ask of their callers: PeerAuthentications of the mesh, a namespace, a workload."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from libs.kernel.origins import ObjectKey
from libs.meshapi.peerauthentication import MutualTLS, PeerAuthentication
from libs.registry.labels import wears

Mode = Literal["DISABLE", "PERMISSIVE", "STRICT"]
Peers = Mapping[str, tuple[PeerAuthentication, ...]]
"""By namespace, the oldest first."""

DEFAULT_MODE: Final[Mode] = "PERMISSIVE"


@dataclass(frozen=True, slots=True)
class Demand:
    """The mode of a workload's ports, and whose wish it is."""

    mode: Mode = DEFAULT_MODE
    ports: Mapping[int, Mode] = field(default_factory=dict)
    sources: tuple[ObjectKey, ...] = ()

    def at(self, port: int) -> Mode:
        """Return the mode of one of the workload's own ports."""
        return self.ports.get(port, self.mode)


def demand_of(known: Peers, root: str, namespace: str, labels: Mapping[str, str]) -> Demand:
    """Return what holds for a workload: the narrowest says it, and of several there the oldest.

    What is not set is inherited. Ports count only in policies for selected workloads, and those
    count only outside of the root namespace, as Istio has it.
    """
    mesh = _general(known, root)
    own = _general(known, namespace) if namespace != root else None
    selected = _selecting(known, namespace, labels) if namespace != root else None
    mode = DEFAULT_MODE
    sources: list[ObjectKey] = []
    for one in (mesh, own, selected):
        if one is None:
            continue
        mode = _mode(one.spec.mtls, mode)
        sources.append(one.key)
    ports: dict[int, Mode] = {}
    if selected is not None:
        for port, written in selected.spec.port_level_mtls.items():
            ports[int(port)] = _mode(written, mode)
    return Demand(mode, ports, tuple(sources))


def _general(known: Peers, namespace: str) -> PeerAuthentication | None:
    return next((one for one in known.get(namespace, ()) if not _labels(one)), None)


def _selecting(
    known: Peers, namespace: str, labels: Mapping[str, str]
) -> PeerAuthentication | None:
    mine = (one for one in known.get(namespace, ()) if _labels(one))
    return next((one for one in mine if wears(labels, _labels(one))), None)


def _labels(one: PeerAuthentication) -> Mapping[str, str]:
    return one.spec.selector.match_labels if one.spec.selector is not None else {}


def _mode(written: MutualTLS | None, inherited: Mode) -> Mode:
    if written is None or written.mode == "UNSET":
        return inherited
    return written.mode
