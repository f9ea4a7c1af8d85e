"""What a sidecar lets in at its workload's ports: the mesh's demands and its own certificate."""

from collections.abc import Iterable
from dataclasses import dataclass

from protogen.envoy.config.core.v3 import base_pb2

from libs.compile import identity, meshtls
from libs.compile.entrances import UNKNOWN, Entrance, entrances
from libs.compile.identity import Identity
from libs.compile.peers import Demand, Mode, demand_of
from libs.compile.view import View
from libs.kernel.origins import ObjectKey
from libs.meshapi.fleet import MeshSettings
from libs.registry.service import Protocol


@dataclass(frozen=True, slots=True)
class Guard:
    """The demands on callers of a workload, as far as its proxy can meet them.

    A proxy without a certificate takes plain connections where both are allowed, and none where
    mutual TLS is demanded.
    """

    mesh: MeshSettings
    demand: Demand
    own: Identity

    @property
    def sources(self) -> tuple[ObjectKey, ...]:
        """Whose demands these are."""
        return self.demand.sources

    def mode(self, port: int) -> Mode:
        """Return what holds at one of the workload's ports; 0 is any other port."""
        mode = self.demand.at(port)
        return "DISABLE" if mode == "PERMISSIVE" and not self.own.known else mode

    def closed(self, port: int) -> bool:
        """Say whether nobody can come in, because the proxy has no certificate to show."""
        return self.mode(port) == "STRICT" and not self.own.known

    def entrances(self, port: int, protocol: Protocol) -> tuple[Entrance, ...]:
        """Return how connections come in at a declared port."""
        return entrances(protocol, self.mode(port))

    def elsewhere(self, port: int) -> tuple[Entrance, ...]:
        """Return how connections come in at a port that nobody declared, or at any for 0."""
        return UNKNOWN[self.mode(port)]

    def socket(self, entrance: Entrance) -> base_pb2.TransportSocket | None:
        """Return how the mesh's TLS is ended; None for what is passed on as it comes."""
        if not entrance.mutual:
            return None
        return meshtls.accepting(self.mesh, self.own, http=entrance.http)


def guard_of(view: View) -> Guard:
    """Return the guard of the proxy's workload."""
    world, proxy = view.world, view.proxy
    root = world.settings.root_namespace
    demand = demand_of(world.peers, root, proxy.namespace, proxy.labels)
    return Guard(world.settings, demand, identity.server_identity(proxy.metadata))


def closed_ports(view: View, guard: Guard, ports: Iterable[int]) -> None:
    """Note which of the ports nobody can call, and why."""
    shut = sorted(port for port in ports if guard.closed(port))
    if shut:
        owners = ", ".join(map(str, guard.sources))
        numbers = ", ".join("any other" if port == 0 else str(port) for port in shut)
        view.ledger.problem(
            f"{owners}: mutual TLS is demanded at port {numbers}, but the proxy has no certificate "
            "of the mesh, so nobody can call; let its agent serve one, or name its files in the "
            "metadata TLS_SERVER_CERT_CHAIN, TLS_SERVER_KEY and TLS_SERVER_ROOT_CERT"
        )
