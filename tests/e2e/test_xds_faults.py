"""Proxies that misbehave, beside some that do not, at one real frontend."""

import asyncio
import selectors
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from protogen.envoy.config.route.v3 import route_pb2
from protogen.envoy.service.discovery.v3 import discovery_pb2

from libs.adapters.xdsgrpc.limits import XdsLimits
from libs.adapters.xdsgrpc.server import XdsServer
from libs.adapters.xdsgrpc.stream import AdsStream
from libs.compile.ondemand import Pieces, on_demand
from libs.kernel.xds import (
    CLUSTER,
    ENDPOINT,
    LISTENER,
    ROUTE,
    SECRET,
    VIRTUAL_HOST,
    Resource,
    Snapshot,
)
from libs.xdsproto.commands import Record, Respond
from libs.xdsproto.engine import StreamLimits
from tests.e2e import xdsresources as make
from tests.e2e.http2stream import GrpcStream, StreamEndedError
from tests.e2e.xdscompiler import ScriptedCompiler
from tests.e2e.xdsstack import Stack, resident_kb, stack

PATH = "/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources"
GOOD, BAD, ROUNDS, HOSTS = 10, 3, 15, 2_000
ROUTE_BYTES = 200_000
WAIT_S = 5.0
GROWTH_KB_MAX = 60_000


@dataclass
class Proxy:
    """One stream. `refuses` answers everything with a NACK, and asks for it again."""

    number: int
    stream: GrpcStream
    refuses: bool = False
    got: dict[str, str] = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)
    ended: str = ""

    @property
    def id(self) -> str:
        """The node's id."""
        return f"sidecar~10.0.0.{self.number}~p{self.number}.default~default.svc.cluster.local"

    def ask(self, url: str, *names: str, nonce: str = "", error: str = "") -> None:
        """Send a request; the first one of a stream has to be for clusters."""
        request = discovery_pb2.DeltaDiscoveryRequest(
            type_url=url, resource_names_subscribe=names, response_nonce=nonce
        )
        if error:
            request.error_detail.message = error
        if url == CLUSTER:
            request.node.id = self.id
        self.stream.send(request.SerializeToString())

    def read(self) -> None:
        """Take what has arrived."""
        try:
            for message in self.stream.receive():
                self._take(discovery_pb2.DeltaDiscoveryResponse.FromString(message))
        except StreamEndedError as error:
            self.ended = str(error)

    def _take(self, response: discovery_pb2.DeltaDiscoveryResponse) -> None:
        names = [one.name for one in response.resources]
        self.got[response.type_url] = response.system_version_info
        self.answered |= {*names, *response.removed_resources}
        again = names if self.refuses else []
        error = "no, " * 5_000 if self.refuses else ""
        self.ask(response.type_url, *again, nonce=response.nonce, error=error)


@dataclass
class Fleet:
    """Streams that are read together."""

    mesh: Stack
    proxies: list[Proxy] = field(default_factory=list)
    selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)

    def open(self, *, reads: bool = True, refuses: bool = False) -> Proxy:
        """Open a stream, and ask for clusters as every proxy does first."""
        made = Proxy(len(self.proxies) + 1, self._stream(), refuses)
        self.proxies.append(made)
        self.mesh.exits.callback(made.stream.close)
        made.ask(CLUSTER)
        for url, names in ((ENDPOINT, ("one",)), (LISTENER, ()), (ROUTE, ("routes",))):
            made.ask(url, *names)
        if reads:
            self.selector.register(made.stream, selectors.EVENT_READ, made)
        return made

    def _stream(self) -> GrpcStream:
        return GrpcStream(("127.0.0.1", self.mesh.port), PATH)

    def until(self, what: str, so: Callable[[], bool]) -> float:
        """Read until something is so; return how long that took, in seconds."""
        began_s = time.monotonic()
        while not so():
            assert time.monotonic() - began_s < WAIT_S, what
            for key, _ in self.selector.select(0.1):
                proxy: Proxy = key.data
                proxy.read()
                if proxy.ended:
                    self.selector.unregister(proxy.stream)
        return time.monotonic() - began_s


def view(number: int) -> Snapshot:
    """A large table of routes, another one for each number, and a host on demand."""
    message = route_pb2.RouteConfiguration(name="routes")
    host = message.virtual_hosts.add(name="all", domains=["*"])
    text = f"{number:08}" * (ROUTE_BYTES // 8)
    host.routes.add().direct_response.body.inline_string = text
    host.routes[0].match.prefix = "/"
    host.routes[0].direct_response.status = 200
    hosts = route_pb2.RouteConfiguration(name="hosts")
    hosts.virtual_hosts.add(name="a", domains=["a.example"])
    web = make.web(8080, {"one": 9}, "one")
    kept = [one for url, all_ in web.resources.items() if url != ROUTE for one in all_.values()]
    asked = on_demand(make.snapshot(*kept, make.resource(ROUTE, "hosts", hosts)), 1, Pieces())
    several: list[Resource] = [one for all_ in asked.resources.values() for one in all_.values()]
    return make.snapshot(*several, make.resource(ROUTE, "routes", message))


@contextmanager
def good_ones(mesh: Stack) -> Iterator[tuple[ScriptedCompiler, Fleet, list[Proxy], int]]:
    """Start a frontend with proxies that hold the first view; tell its process."""
    compiler = mesh.compiler()
    frontend = mesh.frontend()
    compiler.publish(first := view(0))
    fleet = Fleet(mesh)
    good = [fleet.open() for _ in range(GOOD)]
    fleet.until("the first view", lambda: _all_have(good, first))
    yield compiler, fleet, good, frontend.pid


def _all_have(proxies: list[Proxy], wanted: Snapshot) -> bool:
    return all(one.got.get(ROUTE) == wanted.version for one in proxies)


@pytest.fixture
def mesh(tmp_path: Path) -> Iterator[Stack]:
    """A stack to start things in."""
    with stack(tmp_path) as made:
        yield made


def test_proxies_that_misbehave_cost_the_others_little(mesh: Stack) -> None:
    """Some never read, some refuse everything, one makes up hosts and one asks for far too much.

    The others follow every change, memory stays bounded, and nobody hangs.
    """
    with good_ones(mesh) as (compiler, fleet, good, pid):
        before_kb = resident_kb(pid)
        for _ in range(BAD):
            fleet.open(reads=False)
        refusing = [fleet.open(refuses=True) for _ in range(BAD)]
        made_up = fleet.open()
        for number in range(HOSTS):
            made_up.ask(VIRTUAL_HOST, f"hosts/random{number}.example")
        much = fleet.open()
        names = [f"secret-{number}" for number in range(StreamLimits().names_max // 2)]
        much.ask(SECRET, *names)
        too_much = fleet.open()
        too_much.ask(SECRET, *names, *(f"more-{one}" for one in names), *("x", "y"))
        delays_s = []
        for number in range(1, ROUNDS):
            compiler.publish(now := view(number))
            delays_s.append(fleet.until(f"view {number}", partial(_all_have, good, now)))
        fleet.until("answers", lambda: len(made_up.answered) > HOSTS)
        fleet.until("answers", lambda: set(names) <= much.answered)
        fleet.until("an end", lambda: bool(too_much.ended))
        assert sorted(delays_s)[len(delays_s) // 2] < 1
        assert all(not one.ended for one in (*good, *refusing, made_up, much))
        assert resident_kb(pid) - before_kb < GROWTH_KB_MAX
        left: list[Any] = [one for one in fleet.proxies if one not in good]
        for one in left:
            one.stream.close()
        compiler.wait_for("ends", lambda: len(compiler.gone) >= len(left) or None)


class Listening:
    """Serves nobody anything, and notes whose stream ended."""

    def __init__(self) -> None:
        """Start with none."""
        self.ended: asyncio.Queue[str] = asyncio.Queue()

    def refusal(self, _stream: AdsStream) -> str:
        """Let everybody in."""
        return ""

    def on_open(self, stream: AdsStream) -> None:
        """Assign nothing."""

    def on_sent(self, stream: AdsStream, response: Respond) -> None:
        """Nothing is sent."""

    def on_record(self, stream: AdsStream, record: Record) -> None:
        """Nothing is recorded."""

    def on_close(self, stream: AdsStream) -> None:
        """Note it."""
        self.ended.put_nowait(stream.proxy)


def test_a_half_open_connection_is_given_up() -> None:
    """A proxy that is gone without a word answers no ping; its stream ends, and that is told."""

    async def conversation() -> str:
        owner = Listening()
        limits = XdsLimits(keepalive_interval_s=0.3, keepalive_timeout_s=0.3)
        server = XdsServer("127.0.0.1:0", owner, limits=limits)
        host, _, port = (await server.start()).rpartition(":")
        silent = Proxy(1, await asyncio.to_thread(GrpcStream, (host, int(port)), PATH))
        silent.ask(CLUSTER)
        try:
            return await asyncio.wait_for(owner.ended.get(), WAIT_S)
        finally:
            silent.stream.close()
            await server.stop(0)

    assert asyncio.run(conversation()) == "sidecar~10.0.0.1~p1.default~default.svc.cluster.local"
