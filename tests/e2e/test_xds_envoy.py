"""Real Envoys, in both variants, served by a real frontend from hand-made views."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from libs.kernel.ids import ProxyId, TypeUrl
from libs.kernel.proxies import SyncStatus
from libs.kernel.xds import CLUSTER, ENDPOINT, ROUTE, Snapshot
from libs.xdsproto.wire import encode, sotw_response
from tests.e2e import xdsresources as make
from tests.e2e.xdscompiler import ScriptedCompiler
from tests.e2e.xdsstack import NODE, Stack, eventually, stack
from tools.child.ports import free_ports
from tools.envoy.process import EnvoyProcess

VARIANTS = pytest.mark.parametrize("delta", [False, True], ids=["sotw", "delta"])
INITIAL_FETCH_TIMEOUT_S = 15.0


@pytest.fixture
def mesh(tmp_path: Path, envoy: Path) -> Iterator[Stack]:
    """A stack to start things in."""
    with stack(tmp_path) as made:
        yield made


class Served:
    """An Envoy that serves the first view: everything to backend `one`."""

    def __init__(self, mesh: Stack, *, delta: bool) -> None:
        """Start all of it, and wait until it serves."""
        self.port = free_ports(1)[0]
        self.backends = {name: mesh.backend(name) for name in ("one", "two")}
        self.first = self.to("one")
        self.compiler: ScriptedCompiler = mesh.compiler()
        self.frontend = mesh.frontend()
        self.compiler.publish(self.first)
        self.envoy: EnvoyProcess = mesh.envoy(delta=delta)
        self.compiler.wait_status(self.first)
        self.caller = mesh.caller(self.port)
        assert eventually(lambda: self.caller.get() == "one")

    def to(self, name: str, **backends: int) -> Snapshot:
        """Send everything to one backend."""
        return make.web(self.port, backends or self.backends, name)

    def clusters(self) -> set[str]:
        """Clusters that Envoy has now, beside the one to the frontend."""
        dump = self.envoy.admin.get("/clusters")
        return {line.split("::")[0] for line in dump.splitlines()} - {"xds-grpc"}

    def received_bytes(self) -> int:
        """Bytes that Envoy got from frontends so far."""
        return sum(self.envoy.admin.stats("^cluster.xds-grpc.upstream_cx_rx_bytes_total").values())


@VARIANTS
def test_a_change_of_a_route_reaches_requests(mesh: Stack, *, delta: bool) -> None:
    """An Envoy serves what the first view says, and what a changed view says."""
    served = Served(mesh, delta=delta)
    second = served.to("two")
    published_s = served.compiler.publish(second)
    status = served.compiler.wait_status(second)
    assert served.caller.get() == "two"
    assert status.carried
    assert status.proxy == NODE
    assert 0 < status.at_s - published_s < 1


@VARIANTS
def test_a_proxy_that_starts_is_held_until_a_view_is_there(mesh: Stack, *, delta: bool) -> None:
    """Without a view a proxy is not answered; with one it starts at once, and not by a timeout."""
    served_port, backend = free_ports(1)[0], mesh.backend("one")
    mesh.frontend()
    envoy = mesh.envoy(delta=delta)
    time.sleep(0.3)
    assert not envoy.admin.is_ready()
    compiler = mesh.compiler()
    compiler.wait_connected(NODE)
    first = make.web(served_port, {"one": backend}, "one")
    started_s = time.monotonic()
    compiler.publish(first)
    compiler.wait_status(first)
    assert mesh.caller(served_port).get() == "one"
    assert time.monotonic() - started_s < INITIAL_FETCH_TIMEOUT_S / 5


@VARIANTS
def test_a_refused_view_is_told_with_the_proxys_words(mesh: Stack, *, delta: bool) -> None:
    """A NACK comes back with its text, traffic stays as it was, and a mended view is taken."""
    served = Served(mesh, delta=delta)
    bad = make.snapshot(
        *(r for url, all_ in served.first.resources.items() if url != ROUTE for r in all_.values()),
        make.broken_route("routes"),
    )
    served.compiler.publish(bad)
    status = served.compiler.wait_status(bad, SyncStatus.REFUSED)
    assert "unique values for domains" in status.error
    assert served.caller.get() == "one"
    good = served.to("two")
    served.compiler.publish(good)
    assert served.compiler.wait_status(good).error == ""
    assert served.caller.get() == "two"


@VARIANTS
def test_a_new_cluster_and_its_route_come_without_a_failed_request(
    mesh: Stack, *, delta: bool
) -> None:
    """Make before break: clusters come before routes to them, and go after routes left them."""
    served = Served(mesh, delta=delta)
    with mesh.load(served.port) as load:
        for number in range(10):
            name = f"new{number}"
            view = served.to(name, **{name: served.backends["two" if number % 2 else "one"]})
            started_s = time.monotonic()
            served.compiler.publish(view)
            served.compiler.wait_status(view)
            assert time.monotonic() - started_s < INITIAL_FETCH_TIMEOUT_S / 5
            assert served.clusters() == {name}
            time.sleep(0.05)
    assert set(load.answers) == {"one", "two"}
    assert not load.errors
    assert sum(load.answers.values()) > 100


@VARIANTS
def test_a_changed_cluster_does_not_wait_for_the_fetch_timeout(mesh: Stack, *, delta: bool) -> None:
    """A cluster that changes while its endpoints do not is in use at once, not after 15 s."""
    served = Served(mesh, delta=delta)
    kept = [r for url, all_ in served.first.resources.items() for r in all_.values()]
    changed = make.snapshot(
        *(r for r in kept if (r.type_url, r.name) != (CLUSTER, "one")),
        make.cluster("one", connect_timeout_s=7),
    )
    started_s = time.monotonic()
    served.compiler.publish(changed)
    served.compiler.wait_status(changed)
    assert time.monotonic() - started_s < INITIAL_FETCH_TIMEOUT_S / 5
    assert served.caller.get() == "one"


@VARIANTS
def test_an_envoy_serves_while_the_frontend_is_away(mesh: Stack, *, delta: bool) -> None:
    """A frontend that is killed fails no request; its successor brings what changed meanwhile."""
    served = Served(mesh, delta=delta)
    with mesh.load(served.port) as load:
        served.frontend.kill()
        time.sleep(0.2)
        second = served.to("two")
        served.compiler.publish(second)
        mesh.frontend()
        served.compiler.wait_status(second)
        assert eventually(lambda: load.answers.get("two", 0) > 0)
    assert set(load.answers) == {"one", "two"}
    assert not load.errors


def test_a_delta_reconnect_costs_differences_only(mesh: Stack) -> None:
    """A thousand clusters held: a reconnect with one changed route brings that route alone."""
    served = Served(mesh, delta=True)
    many = {f"c{number:04}": served.backends["one"] for number in range(1000)}
    large = served.to("c0000", **many)
    served.compiler.publish(large)
    served.compiler.wait_status(large)
    before = served.received_bytes()
    assert before > 200_000
    served.frontend.kill()
    served.compiler.publish(changed := served.to("c0001", **many))
    mesh.frontend()
    served.compiler.wait_status(changed)
    assert eventually(lambda: served.received_bytes() > before)
    assert served.received_bytes() - before < 3_000


def test_a_sotw_reconnect_skips_full_sets_that_are_equal(mesh: Stack) -> None:
    """Clusters that an Envoy says it holds are not sent again; their endpoints are."""
    served = Served(mesh, delta=False)
    many = {f"c{number:04}": served.backends["one"] for number in range(500)}
    large = served.to("c0000", **many)
    served.compiler.publish(large)
    served.compiler.wait_status(large)
    before = served.received_bytes()
    served.frontend.kill()
    status_count = len(served.compiler.statuses)
    mesh.frontend()
    served.compiler.wait_for(
        "status of the new stream",
        lambda: (
            any(s.sync is SyncStatus.SYNCED for s in served.compiler.statuses[status_count:])
            or None
        ),
    )
    received = served.received_bytes() - before
    assert _sent_bytes(large, ENDPOINT) < received
    assert received < _sent_bytes(large, ENDPOINT) + _sent_bytes(large, CLUSTER)
    assert served.caller.get() == "one"


def _sent_bytes(snapshot: Snapshot, type_url: TypeUrl) -> int:
    """Bytes of all resources of a type in a state-of-the-world response."""
    entries = map(encode, snapshot.of(type_url).values())
    return len(sotw_response(type_url, snapshot.version, "1", entries))


@VARIANTS
def test_streams_outlive_the_compiler(mesh: Stack, *, delta: bool) -> None:
    """A compiler that restarts finds its proxies again, without a resource sent twice."""
    served = Served(mesh, delta=delta)
    served.compiler.stop()
    assert served.caller.get() == "one"
    before = served.received_bytes()
    successor = mesh.compiler()
    successor.publish(served.first)
    assert successor.wait_connected(NODE)
    assert successor.wait_status(served.first).proxy == NODE
    assert list(successor.hellos[0].held.values()) == [served.first.version]
    assert served.received_bytes() - before < 200
    second = served.to("two")
    successor.publish(second)
    successor.wait_status(second)
    assert served.caller.get() == "two"


@VARIANTS
def test_a_proxy_that_leaves_is_told(mesh: Stack, *, delta: bool) -> None:
    """The compiler learns that the last stream of a proxy ended."""
    served = Served(mesh, delta=delta)
    served.envoy.stop()
    served.compiler.wait_for("leave", lambda: NODE in served.compiler.gone or None)


def test_the_compiler_gets_the_node_without_its_list_of_extensions(mesh: Stack) -> None:
    """Several hundred names of extensions would cost tens of kilobytes a proxy."""
    served = Served(mesh, delta=True)
    node = served.compiler.nodes[ProxyId(NODE)]
    assert NODE.encode() in node
    assert len(node) < 2_000


def test_a_rejected_proxy_hears_why(mesh: Stack) -> None:
    """A proxy that cannot be served finds the reason in its own log."""
    compiler = mesh.compiler()
    reason = compiler.refuse = "cluster nowhere is not in the fleet"
    mesh.frontend()
    envoy = mesh.envoy(delta=True)
    assert eventually(lambda: reason in envoy.log_path.read_text())


def test_sigterm_ends_a_frontend_soon_and_in_order(mesh: Stack) -> None:
    """A frontend that is asked to end closes its streams and exits with success."""
    served = Served(mesh, delta=True)
    started_s = time.monotonic()
    served.frontend.stop()
    assert time.monotonic() - started_s < 3
    assert '"xds stopped"' in served.frontend.spec.log.read_text()
    assert served.caller.get() == "one"


def test_an_address_in_use_is_said_in_one_sentence(mesh: Stack) -> None:
    """A second frontend on the same address ends with a sentence instead of taking half."""
    mesh.compiler()
    mesh.frontend()
    second = mesh.frontend(wait=False)
    sentence = f"xds: cannot listen for proxies on 127.0.0.1:{mesh.port}\n"
    assert eventually(lambda: sentence in second.spec.log.read_text())
