"""One pass of the compiler over real views: a target moves, a proxy answers, records follow."""

import pytest
from protogen.envoy.config.core.v3 import base_pb2

from libs.fakes.clock import FakeClock
from libs.fakes.faultystore import FaultyStore
from libs.fakes.store import FakeStore
from libs.kernel.ids import ProxyId
from libs.kernel.proxies import SyncStatus
from libs.kernel.revisions import Target
from libs.kernel.xds import LB_ENDPOINT
from libs.ports.feed import (
    Assign,
    FromCompiler,
    Hello,
    ProxyConnected,
    ProxyStatus,
    View,
)
from services.compiler import steps
from services.compiler.debounce import Debounce
from services.compiler.loop import Closed, Loop, Received, StoreChanged
from services.compiler.tests.fleet import FLEET, SERVICE, accept, manifest

PROXY = ProxyId("sidecar~10.0.0.1~a.default~default.svc.cluster.local")


class Recorded:
    """Remembers the steps that were reached."""

    def __init__(self) -> None:
        """Start with none."""
        self.names: list[str] = []

    def reached(self, step: str) -> None:
        """Remember a step."""
        self.names.append(step)


class Bench:
    """A loop over a store in memory, and what it sent."""

    def __init__(self) -> None:
        """Start with an empty store and a frontend on stream 1."""
        self.store, self.recorded = FakeStore(), Recorded()
        self.faulty = FaultyStore(self.store)
        self.sent: list[FromCompiler] = []
        self.clock = FakeClock(1000.0)
        self.loop = Loop(
            self.faulty,
            self.clock,
            self.recorded,
            lambda _stream, event: self.sent.append(event),
        )
        self.loop.one_pass([Received(1, Hello("frontend"))])

    def target(self, number: int, services: str) -> Target:
        """Accept a revision with these services and move the cluster to it."""
        fleet = manifest(self.store, "fleet", FLEET)
        target = accept(self.store, number, fleet, manifest(self.store, f"t{number}", services))
        self.store.move_targets([target])
        return target

    def connect(self, **metadata: str) -> None:
        """Let a sidecar connect."""
        node = base_pb2.Node(id=PROXY)
        node.metadata.update({"CLUSTER_ID": "east", "NAMESPACE": "default", **metadata})
        self.loop.one_pass([Received(1, ProxyConnected(PROXY, node.SerializeToString()))])

    def view(self) -> View:
        """The last view that was sent."""
        return [event for event in self.sent if isinstance(event, View)][-1]


@pytest.fixture
def bench() -> Bench:
    """A fresh loop."""
    return Bench()


def test_a_connected_proxy_gets_its_view_when_its_cluster_gets_a_target(bench: Bench) -> None:
    """Before the target nothing is sent; after it a full view and the assignment."""
    bench.connect()
    assert bench.sent == []
    bench.target(1, SERVICE)
    bench.loop.one_pass([StoreChanged()])
    view, assign = bench.sent
    assert isinstance(view, View)
    assert "outbound|80||hello.default.svc.cluster.local" in {r.name for r in view.changed}
    assert isinstance(assign, Assign)


def test_an_acknowledgement_is_stored_with_the_revision(bench: Bench) -> None:
    """What the Store says of the proxy is what `periplus status` shows."""
    target = bench.target(1, SERVICE)
    bench.loop.one_pass([StoreChanged()])
    bench.connect()
    status = ProxyStatus(PROXY, bench.view().snapshot, SyncStatus.SYNCED, 5.0, carried=True)
    bench.loop.one_pass([Received(1, status)])
    (record,) = bench.store.proxies()
    assert (record.status, record.live_revision) == (SyncStatus.SYNCED, target.revision)
    assert bench.recorded.names == [
        steps.TARGET_READ,
        steps.VIEW_PUBLISHED,
        steps.LIVE_RECORDED,
    ]


def test_a_second_revision_sends_what_it_changes(bench: Bench) -> None:
    """One more service is one more cluster with its endpoints, and the routes of its port."""
    bench.target(1, SERVICE)
    bench.loop.one_pass([StoreChanged()])
    bench.connect()
    first = bench.view().snapshot
    bench.target(2, SERVICE + "---\n" + SERVICE.replace("hello", "other"))
    bench.loop.one_pass([StoreChanged()])
    view = bench.view()
    assert view.base == first
    changed = {str(resource.name) for resource in view.changed}
    assert "outbound|80||other.default.svc.cluster.local" in changed
    assert "outbound|80||hello.default.svc.cluster.local" not in changed


def test_a_wake_up_without_a_moved_target_does_nothing(bench: Bench) -> None:
    """Writes of others are read over."""
    bench.target(1, SERVICE)
    bench.loop.one_pass([StoreChanged()])
    bench.connect()
    sent = len(bench.sent)
    bench.loop.one_pass([StoreChanged()])
    assert len(bench.sent) == sent


def test_records_wait_while_the_store_is_away(bench: Bench) -> None:
    """Nothing that a proxy reported is lost to a database that comes back."""
    bench.target(1, SERVICE)
    bench.loop.one_pass([StoreChanged()])
    bench.connect()
    status = ProxyStatus(PROXY, bench.view().snapshot, SyncStatus.SYNCED, 5.0, carried=True)
    bench.faulty.fail_next()
    bench.loop.one_pass([Received(1, status)])
    assert list(bench.store.proxies()) == []
    bench.loop.one_pass([StoreChanged()])
    assert [record.id for record in bench.store.proxies()] == [PROXY]


def test_a_closed_frontend_gets_nothing_more(bench: Bench) -> None:
    """Its proxies come back through another stream."""
    bench.target(1, SERVICE)
    bench.loop.one_pass([StoreChanged()])
    bench.connect()
    sent = len(bench.sent)
    bench.loop.one_pass([Closed(1)])
    bench.target(2, SERVICE.replace("hello", "other"))
    bench.loop.one_pass([StoreChanged()])
    assert len(bench.sent) == sent


def test_a_storm_of_revisions_is_merged_and_the_last_one_is_compiled(bench: Bench) -> None:
    """Beyond a burst a revision waits a moment; by then only the newest counts."""
    bench.connect()
    bench.loop.debounce = Debounce(gap_s=0.1, burst=2)
    for number in range(1, 6):
        bench.target(number, SERVICE.replace("port: 80", f"port: {8000 + number}"))
        bench.loop.one_pass([StoreChanged()])
    assert len([event for event in bench.sent if isinstance(event, View)]) == 2
    due_s = bench.loop.put_off_until_s
    assert due_s is not None
    bench.clock.sleep(due_s - bench.clock.monotonic_s() + 0.001)
    bench.loop.one_pass([StoreChanged()])
    assert "outbound|8005||hello.default.svc.cluster.local" in {
        r.name for r in bench.view().changed
    }
    assert bench.loop.put_off_until_s is None


def test_a_large_service_is_delivered_in_parts_to_who_loads_on_demand(bench: Bench) -> None:
    """A proxy that asked for delivery on demand gets its endpoints as resources of their own."""
    addresses = "".join(f"  - {{address: 10.1.{n // 250}.{n % 250}}}\n" for n in range(600))
    large = f"""\
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {{name: large}}
spec:
  hosts: [large.example]
  ports: [{{number: 80, name: http, protocol: HTTP}}]
  resolution: STATIC
  endpoints:
{addresses}"""
    bench.target(1, large)
    bench.loop.one_pass([StoreChanged()])
    bench.connect(ON_DEMAND="true")
    parts = [one for one in bench.view().changed if one.type_url == LB_ENDPOINT]
    assert len(parts) == 600
