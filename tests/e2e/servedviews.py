"""Compiled views at real Envoys, by way of a real frontend, in both variants of the protocol."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from protogen.envoy.config.listener.v3 import listener_pb2

from libs.compile.proxy import Proxy
from libs.envoy import names
from libs.envoy.bootstrap import BootstrapSettings, bootstrap
from libs.envoy.snapshot import resource, snapshot_of
from libs.kernel import xds
from libs.kernel.xds import Resource, Snapshot
from tests.e2e.xdsstack import Stack, stack
from tools.envoy.process import EnvoyProcess

_INTERCEPTING = (names.VIRTUAL_OUTBOUND, names.VIRTUAL_INBOUND)


class ServedViews:
    """One frontend for one Envoy after the other, each with a view of its own."""

    def __init__(self, mesh: Stack) -> None:
        """Start the frontend; there is no view yet."""
        self._mesh = mesh
        self._compiler = mesh.compiler()
        self._served = 0
        self._place = ""
        mesh.frontend()

    @contextmanager
    def serving(self, snapshot: Snapshot, proxy: Proxy, *, delta: bool) -> Iterator[EnvoyProcess]:
        """Run an Envoy that has acknowledged every resource of the view."""
        self._served += 1
        place = f"{proxy.type}~127.0.0.1~p{self._served}.{proxy.namespace}"
        settings = BootstrapSettings(
            node_id=f"{place}~{proxy.dns_domain}",
            xds_host="127.0.0.1",
            xds_port=self._mesh.port,
            admin_port=0,
            delta=delta,
            locality=proxy.locality,
        )
        self._compiler.publish(snapshot)
        with EnvoyProcess(bootstrap(settings)) as process:
            process.wait_ready()
            self._compiler.wait_status(snapshot, proxy=settings.node_id)
            self._place = settings.node_id
            yield process

    def change(self, snapshot: Snapshot) -> None:
        """Give the Envoy that runs another view, and wait until it has acknowledged it."""
        self._compiler.publish(snapshot)
        self._compiler.wait_status(snapshot, proxy=self._place)


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
