"""Compiled views at real Envoys, by way of a real frontend, in both variants of the protocol."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from protogen.envoy.config.cluster.v3 import cluster_pb2
from protogen.envoy.config.listener.v3 import listener_pb2

from libs.compile.proxy import Proxy
from libs.envoy import dns, names
from libs.envoy.bootstrap import BootstrapSettings, bootstrap
from libs.envoy.snapshot import resource, snapshot_of
from libs.envoy.wellknown import duration
from libs.kernel import xds
from libs.kernel.ids import ResourceName
from libs.kernel.xds import Resource, Snapshot
from tests.e2e.identityrig import agent_cluster
from tests.e2e.listening import listening
from tests.e2e.xdsstack import Stack, eventually, stack
from tools.envoy.process import EnvoyProcess

_DRAIN_AT_ONCE = ("--drain-time-s", "1", "--drain-strategy", "immediate")
_SOON = timedelta(seconds=1)
_INTERCEPTING = (names.VIRTUAL_OUTBOUND, names.VIRTUAL_INBOUND)


@dataclass(slots=True)
class _Kept:
    """An Envoy that is given one view after the other."""

    process: EnvoyProcess
    node_id: str
    delta: bool
    locality: str


class ServedViews:
    """One frontend for one Envoy at a time, which gets one view after the other."""

    def __init__(self, mesh: Stack) -> None:
        """Start the frontend; there is no view yet."""
        self._mesh = mesh
        self._compiler = mesh.compiler()
        self._served = 0
        self._place = ""
        self._kept: _Kept | None = None
        self.agent_socket = mesh.folder / "agent.sock"
        """Where each Envoy looks for an agent; there is one only for tables that want it."""
        mesh.frontend()
        mesh.exits.callback(self._end)

    @contextmanager
    def serving(self, snapshot: Snapshot, proxy: Proxy, *, delta: bool) -> Iterator[EnvoyProcess]:
        """Run an Envoy of its own that has acknowledged every resource of the view."""
        self._end()
        self._compiler.publish(snapshot)
        process, node_id = self._started(proxy, delta=delta)
        with process:
            process.wait_ready()
            self._compiler.wait_status(snapshot, proxy=node_id)
            self._place = node_id
            yield process

    @contextmanager
    def moved(self, snapshot: Snapshot, proxy: Proxy, *, delta: bool) -> Iterator[EnvoyProcess]:
        """Give a running Envoy the view, and take it away afterwards.

        An Envoy is started only where the one that runs speaks another variant or stands elsewhere.
        Between two views it has none, so that nothing of one is left in the next.
        """
        kept = self._kept
        if kept is None or (kept.delta, kept.locality) != (delta, proxy.locality):
            self._end()
            self._compiler.publish(self._nothing())
            process, node_id = self._started(proxy, delta=delta)
            process.__enter__()
            kept = self._kept = _Kept(process, node_id, delta, proxy.locality)
        bound = list(_bound_addresses(snapshot))
        try:
            self._give(kept, snapshot, lambda: not bound or listening(bound) is True)
            yield kept.process
            self._give(kept, self._nothing(), lambda: not bound or listening(bound) is False)
        except BaseException:
            self._end()
            raise

    def change(self, snapshot: Snapshot) -> None:
        """Give the Envoy that runs another view, and wait until it has acknowledged it."""
        self._compiler.publish(snapshot)
        self._compiler.wait_status(snapshot, proxy=self._place)

    def _started(self, proxy: Proxy, *, delta: bool) -> tuple[EnvoyProcess, str]:
        self._served += 1
        node_id = f"{proxy.type}~127.0.0.1~p{self._served}.{proxy.namespace}~{proxy.dns_domain}"
        settings = BootstrapSettings(
            node_id=node_id,
            xds_host="127.0.0.1",
            xds_port=self._mesh.port,
            admin_port=0,
            delta=delta,
            locality=proxy.locality,
        )
        made = bootstrap(settings)
        made["static_resources"]["clusters"].append(agent_cluster(str(self.agent_socket)))
        return EnvoyProcess(made, extra_args=_DRAIN_AT_ONCE), node_id

    def _give(self, kept: _Kept, snapshot: Snapshot, is_so: Callable[[], bool]) -> None:
        """Let an Envoy acknowledge a view, and wait until its ports are as that has them."""
        self._compiler.publish(snapshot)
        self._compiler.wait_status(snapshot, proxy=kept.node_id)
        assert eventually(is_so), f"ports of {snapshot.version} are not as they should be"

    def _nothing(self) -> Snapshot:
        """Return a view without a listener that is none of those before."""
        self._served += 1
        name = ResourceName(f"nothing-{self._served}")
        unused = cluster_pb2.Cluster(name=name, connect_timeout=duration(_SOON))
        return snapshot_of([resource(xds.CLUSTER, name, unused)])

    def _end(self) -> None:
        if self._kept is not None:
            self._kept.process.stop()
            self._kept = None


def _bound_addresses(snapshot: Snapshot) -> Iterator[tuple[str, int]]:
    """Yield host and port of each listener that takes connections itself."""
    for one in snapshot.of(xds.LISTENER).values():
        found = listener_pb2.Listener.FromString(one.body)
        binds = found.bind_to_port.value if found.HasField("bind_to_port") else True
        if binds and found.address.HasField("socket_address") and not dns.is_udp(found):
            at = found.address.socket_address
            yield at.address, at.port_value


@contextmanager
def served_views(folder: Path) -> Iterator[ServedViews]:
    """Run the frontend as long as the context lasts."""
    with ExitStack() as exits:
        yield ServedViews(exits.enter_context(stack(folder)))


def bound(snapshot: Snapshot) -> Snapshot:
    """Let every listener but the two that intercept bind its own port.

    So calls reach it without redirection.
    """
    kept = (
        _bound(one) if one.type_url == xds.LISTENER else one
        for resources in snapshot.resources.values()
        for one in resources.values()
        if one.type_url != xds.LISTENER or one.name not in _INTERCEPTING
    )
    return snapshot_of(kept)


def _bound(one: Resource) -> Resource:
    listener = listener_pb2.Listener.FromString(one.body)
    listener.ClearField("bind_to_port")
    return resource(one.type_url, one.name, listener)
