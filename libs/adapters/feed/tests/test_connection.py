"""Client and server of the feed over real connections."""

import asyncio
import contextlib
import queue
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import grpc
import pytest

from libs.adapters.feed.client import FeedClient, ViewMismatchError
from libs.adapters.feed.limits import FeedLimits
from libs.adapters.feed.server import METHOD, SERVICE, FeedServer, StreamId
from libs.kernel.ids import ClassKey, ProxyId, ResourceName, RevisionId, Version
from libs.kernel.looperrors import StalledError
from libs.kernel.xds import CLUSTER, Resource
from libs.ports.feed import (
    Assign,
    FromCompiler,
    FromFrontend,
    Hello,
    ProxyConnected,
    ProxyGone,
    Reject,
    View,
)

WAIT_S = 5.0
PROXY = ProxyId("sidecar~10.0.0.1~p.d~d")
FAST = FeedLimits(backoff_s_min=0.01, backoff_s_max=0.02)

Seen = tuple[str, StreamId, FromFrontend | None]


class _Recorder:
    """Keeps what the server tells, for a test to read in its own thread."""

    def __init__(self) -> None:
        self.seen: queue.Queue[Seen] = queue.Queue()

    def on_open(self, stream: StreamId) -> None:
        self.seen.put(("open", stream, None))

    def on_event(self, stream: StreamId, event: FromFrontend) -> None:
        self.seen.put(("event", stream, event))

    def on_close(self, stream: StreamId) -> None:
        self.seen.put(("close", stream, None))

    async def next(self) -> Seen:
        return await asyncio.to_thread(self.seen.get, timeout=WAIT_S)


class _Owner:
    """A frontend that knows one proxy and keeps what it is told."""

    def __init__(self) -> None:
        self.events: asyncio.Queue[FromCompiler] = asyncio.Queue()
        self.lost: list[str] = []
        self.held: dict[ClassKey, Version] = {}

    def hello(self) -> Hello:
        return Hello("frontend", dict(self.held))

    def greeting(self) -> list[FromFrontend]:
        return [ProxyConnected(PROXY, b"node")]

    def on_event(self, event: FromCompiler) -> None:
        if isinstance(event, View) and event.base == "unheard of":
            raise ViewMismatchError("the view changes a snapshot that is not held")
        self.events.put_nowait(event)

    def on_lost(self, reason: str) -> None:
        self.lost.append(reason)


class _Jitter:
    """Always waits the longest that is allowed."""

    def uniform(self, low: float, high: float) -> float:
        return max(low, high)

    def token_hex(self, nbytes: int) -> str:
        return "0" * (2 * nbytes)


@pytest.fixture(params=["tcp", "unix"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Both kinds of address that a feed may have."""
    return "127.0.0.1:0" if request.param == "tcp" else f"unix:{tmp_path / 'feed.sock'}"


Serve = Callable[[str], tuple[FeedServer, _Recorder, str]]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start servers, and stop them at the end."""
    servers: list[FeedServer] = []

    def start(where: str) -> tuple[FeedServer, _Recorder, str]:
        recorder = _Recorder()
        server = FeedServer(where, recorder)
        servers.append(server)
        return server, recorder, server.start()

    yield start
    for server in servers:
        server.stop()


@asynccontextmanager
async def connected(where: str) -> AsyncIterator[tuple[FeedClient, _Owner]]:
    """Run a client for the time of a test."""
    owner = _Owner()
    client = FeedClient(where, owner, _Jitter(), limits=FAST)
    running = asyncio.create_task(client.run())
    try:
        yield client, owner
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def greeted(recorder: _Recorder) -> StreamId:
    """Read the start of a stream and return its id."""
    kind, stream, _ = await recorder.next()
    assert kind == "open"
    assert isinstance((await recorder.next())[2], Hello)
    assert await recorder.next() == ("event", stream, ProxyConnected(PROXY, b"node"))
    return stream


def big_view(size_bytes: int, base: str | None = None) -> View:
    """Make a view with one body of a given size."""
    body = Resource(CLUSTER, ResourceName("c"), Version("1"), b"x" * size_bytes)
    return View(
        ClassKey("k"),
        Version("s1"),
        Version(base) if base else None,
        (body,),
        (),
        RevisionId("r"),
        None,
    )


def test_events_travel_both_ways(address: str, serve: Serve) -> None:
    """A frontend greets, hears views bigger than gRPC's usual limit, and answers."""
    server, recorder, where = serve(address)

    async def conversation() -> None:
        async with connected(where) as (client, owner):
            stream = await greeted(recorder)
            events: list[FromCompiler] = [
                big_view(8 << 20),
                Assign(PROXY, ClassKey("k")),
                Reject(ProxyId("other"), "no such cluster"),
            ]
            for event in events:
                server.send(stream, event)
            heard = [await asyncio.wait_for(owner.events.get(), WAIT_S) for _ in events]
            assert heard == events
            assert client.connected
            client.send(ProxyGone(PROXY))
            assert await recorder.next() == ("event", stream, ProxyGone(PROXY))
        assert await recorder.next() == ("close", stream, None)

    asyncio.run(conversation())


def test_a_frontend_greets_again_after_the_compiler_restarted(address: str, serve: Serve) -> None:
    """A new compiler learns from the frontend's greeting all that it needs."""
    server, recorder, where = serve(address)

    async def conversation() -> None:
        async with connected(where) as (client, owner):
            await greeted(recorder)
            await asyncio.to_thread(server.stop)
            client.send(ProxyGone(PROXY))
            await asyncio.sleep(0.1)
            assert not client.connected
            assert owner.lost
            second, recorder_2, _ = await asyncio.to_thread(serve, where)
            stream = await greeted(recorder_2)
            second.send(stream, Assign(PROXY, ClassKey("k")))
            heard = await asyncio.wait_for(owner.events.get(), WAIT_S)
            assert heard == Assign(PROXY, ClassKey("k"))

    asyncio.run(conversation())


def test_a_view_that_does_not_fit_opens_the_stream_afresh(serve: Serve) -> None:
    """A frontend that lost the thread says Hello again with what it really holds."""
    server, recorder, where = serve("127.0.0.1:0")

    async def conversation() -> None:
        async with connected(where) as (_, owner):
            first = await greeted(recorder)
            server.send(first, big_view(1, base="unheard of"))
            assert await recorder.next() == ("close", first, None)
            assert await greeted(recorder) != first
            assert "not held" in owner.lost[0]

    asyncio.run(conversation())


def test_an_event_of_an_unknown_kind_ends_the_stream_with_a_sentence(serve: Serve) -> None:
    """A frontend of another version is told, and the compiler hears that it is gone."""
    _, recorder, where = serve("127.0.0.1:0")

    async def conversation() -> None:
        async with grpc.aio.insecure_channel(where) as channel:
            method: grpc.aio.StreamStreamMultiCallable[bytes, bytes]
            method = channel.stream_stream(f"/{SERVICE}/{METHOD}")
            call = method()
            await call.write(b"")
            assert await call.code() is grpc.StatusCode.INVALID_ARGUMENT
            assert "not known here" in (await call.details() or "")
        assert [(await recorder.next())[0] for _ in range(2)] == ["open", "close"]

    asyncio.run(conversation())


def test_a_view_too_big_to_send_ends_the_stream(serve: Serve) -> None:
    """A frontend that cannot be fed sees its stream break, and does not wait in vain."""
    server, recorder, where = serve("127.0.0.1:0")

    async def conversation() -> None:
        async with connected(where) as (_, owner):
            first = await greeted(recorder)
            server.send(first, big_view(FAST.message_bytes_max + 1))
            assert await recorder.next() == ("close", first, None)
            await greeted(recorder)
            assert owner.lost

    asyncio.run(conversation())


def test_an_address_in_use_is_said() -> None:
    """An address that cannot be bound is a matter for a person, in one sentence."""
    with pytest.raises(StalledError, match="cannot listen for frontends on 192\\.0\\.2\\.1:1"):
        FeedServer("192.0.2.1:1", _Recorder()).start()


def test_sending_to_a_closed_stream_does_nothing(serve: Serve) -> None:
    """A compiler may answer a frontend that has just left."""
    server, recorder, where = serve("127.0.0.1:0")
    server.send(StreamId(7), Assign(PROXY, ClassKey("k")))

    async def conversation() -> None:
        async with connected(where):
            await greeted(recorder)

    asyncio.run(conversation())


class _Waits:
    """Always waits the longest that is allowed, and remembers how long that was."""

    def __init__(self) -> None:
        self.longest_s: list[float] = []

    def uniform(self, low: float, high: float) -> float:
        assert 0 < low < high
        self.longest_s.append(high)
        return high

    def token_hex(self, nbytes: int) -> str:
        return "0" * 2 * nbytes


def test_a_compiler_that_is_away_is_asked_less_and_less_often(tmp_path: Path) -> None:
    """Waiting doubles up to its limit, so that a fleet of frontends does not spin."""
    waits, owner = _Waits(), _Owner()
    limits = FeedLimits(backoff_s_min=0.01, backoff_s_max=0.05)
    client = FeedClient(f"unix:{tmp_path}/nobody", owner, waits, limits=limits)

    async def for_a_while() -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(client.run(), 0.5)

    asyncio.run(for_a_while())
    assert waits.longest_s[:5] == [0.01, 0.02, 0.04, 0.05, 0.05]
