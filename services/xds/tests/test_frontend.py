"""The frontend between a feed and real gRPC streams of proxies."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import grpc
import pytest
from google.protobuf.message import Message
from protogen.envoy.service.discovery.v3 import discovery_pb2

from libs.adapters.feed.client import ViewMismatchError
from libs.adapters.xdsgrpc.server import XdsServer
from libs.adapters.xdsgrpc.services import AGGREGATED
from libs.fakes.clock import FakeClock
from libs.fakes.steps import RecordedSteps
from libs.kernel.ids import ClassKey, ProxyId, ResourceName, RevisionId, Version
from libs.kernel.proxies import SyncStatus
from libs.kernel.xds import CLUSTER, Resource
from libs.ports.feed import (
    Assign,
    FromFrontend,
    ProxyConnected,
    ProxyGone,
    ProxyStatus,
    Reject,
    View,
)
from services.xds import steps
from services.xds.frontend import Frontend

WAIT_S = 5.0
CLASS = ClassKey("k")
P = ProxyId("p")

Stream = grpc.aio.StreamStreamCall[Message, discovery_pb2.DeltaDiscoveryResponse]


def view(snapshot: str, version: str, base: str | None = None) -> View:
    """Make a view of one cluster."""
    cluster = Resource(CLUSTER, ResourceName("c"), Version(version), version.encode())
    return View(
        class_key=CLASS,
        snapshot=Version(snapshot),
        base=Version(base) if base else None,
        changed=(cluster,),
        removed=(),
        revision=RevisionId("r"),
        trace=None,
    )


@dataclass
class _Rig:
    """A frontend, what it says to the feed, and a channel to its server."""

    frontend: Frontend
    steps: RecordedSteps
    said: asyncio.Queue[FromFrontend]
    channel: grpc.aio.Channel

    async def connect(self, proxy: str = "p", node: str = "") -> Stream:
        """Open a stream that asks for clusters."""
        stream = self.channel.stream_stream(
            f"/{AGGREGATED.name}/DeltaAggregatedResources",
            request_serializer=discovery_pb2.DeltaDiscoveryRequest.SerializeToString,
            response_deserializer=discovery_pb2.DeltaDiscoveryResponse.FromString,
        )()
        await self.ask(stream, CLUSTER, node={"id": proxy, "cluster": node})
        return stream

    async def ask(self, stream: Stream, type_url: str, **fields: object) -> None:
        """Send a request."""
        request = discovery_pb2.DeltaDiscoveryRequest
        await stream.write(request(type_url=type_url, **fields))  # type: ignore[arg-type]

    async def hear(self, stream: Stream) -> discovery_pb2.DeltaDiscoveryResponse:
        """Wait for the next response."""
        answer = await asyncio.wait_for(stream.read(), WAIT_S)
        assert isinstance(answer, discovery_pb2.DeltaDiscoveryResponse)
        return answer

    async def next(self, kind: type[FromFrontend]) -> FromFrontend:
        """Wait for the next event of a kind."""
        while True:
            event = await asyncio.wait_for(self.said.get(), WAIT_S)
            if isinstance(event, kind):
                return event


@asynccontextmanager
async def rig() -> AsyncIterator[_Rig]:
    """Run a frontend without a compiler; the test plays the compiler."""
    said: asyncio.Queue[FromFrontend] = asyncio.Queue()
    recorded = RecordedSteps()
    frontend = Frontend("f", FakeClock(), recorded, said.put_nowait)
    server = XdsServer("127.0.0.1:0", frontend)
    try:
        async with grpc.aio.insecure_channel(await server.start()) as channel:
            yield _Rig(frontend, recorded, said, channel)
    finally:
        await server.stop(1)


def run(test: Awaitable[None]) -> None:
    """Run one conversation, bounded in time."""

    async def bounded() -> None:
        await asyncio.wait_for(test, 4 * WAIT_S)

    asyncio.run(bounded())


def test_a_proxy_waits_unanswered_until_it_is_assigned() -> None:
    """A view alone is not enough: only the compiler knows which proxy is in which class."""

    async def conversation() -> None:
        async with rig() as made:
            stream = await made.connect()
            connected = await made.next(ProxyConnected)
            assert isinstance(connected, ProxyConnected)
            assert connected.proxy == P
            made.frontend.on_event(view("s1", "1"))
            reading = asyncio.ensure_future(made.hear(stream))
            assert not (await asyncio.wait({reading}, timeout=0.1))[0]
            made.frontend.on_event(Assign(P, CLASS))
            assert (await reading).resources[0].version == "1"

    run(conversation())


def test_a_status_follows_each_acknowledgement() -> None:
    """The compiler hears when a snapshot is under way, and when the proxy has it."""

    async def conversation() -> None:
        async with rig() as made:
            stream = await made.connect()
            await made.next(ProxyConnected)
            made.frontend.on_event(view("s1", "1"))
            made.frontend.on_event(Assign(P, CLASS))
            answer = await made.hear(stream)
            stale = await made.next(ProxyStatus)
            assert isinstance(stale, ProxyStatus)
            assert (stale.snapshot, stale.sync) == ("s1", SyncStatus.STALE)
            await made.ask(stream, CLUSTER, response_nonce=answer.nonce)
            synced = await made.next(ProxyStatus)
            assert isinstance(synced, ProxyStatus)
            assert (synced.snapshot, synced.sync) == ("s1", SyncStatus.SYNCED)
            assert synced.at_s == FakeClock().now_s()
            assert set(made.steps.names) == set(steps.ALL)

    run(conversation())


def test_the_text_of_a_refusal_is_cut_short() -> None:
    """A NACK may quote whole resources; only its beginning leaves the process."""

    async def conversation() -> None:
        async with rig() as made:
            stream = await made.connect()
            made.frontend.on_event(view("s1", "1"))
            await made.next(ProxyConnected)
            made.frontend.on_event(Assign(P, CLASS))
            answer = await made.hear(stream)
            error = {"message": "x" * 100_000}
            await made.ask(stream, CLUSTER, response_nonce=answer.nonce, error_detail=error)
            await made.next(ProxyStatus)
            refused = await made.next(ProxyStatus)
            assert isinstance(refused, ProxyStatus)
            assert refused.sync is SyncStatus.REFUSED
            assert refused.error == "x" * 1024

    run(conversation())


def test_every_proxy_of_a_class_gets_its_change() -> None:
    """One view serves all proxies of its class."""

    async def conversation() -> None:
        async with rig() as made:
            made.frontend.on_event(view("s1", "1"))
            streams = [await made.connect(name) for name in ("p", "q")]
            for _ in streams:
                connected = await made.next(ProxyConnected)
                assert isinstance(connected, ProxyConnected)
                made.frontend.on_event(Assign(connected.proxy, CLASS))
            for stream in streams:
                assert (await made.hear(stream)).resources[0].version == "1"
            made.frontend.on_event(view("s2", "2", base="s1"))
            for stream in streams:
                assert (await made.hear(stream)).resources[0].version == "2"

    run(conversation())


def test_a_compiler_that_comes_back_is_told_everything_again() -> None:
    """Held views, connected proxies, and how each of them stands."""

    async def conversation() -> None:
        async with rig() as made:
            await made.connect()
            await made.next(ProxyConnected)
            made.frontend.on_event(view("s1", "1"))
            made.frontend.on_event(Assign(P, CLASS))
            await made.next(ProxyStatus)
            assert made.frontend.hello().held == {CLASS: "s1"}
            greeting: Sequence[FromFrontend] = list(made.frontend.greeting())
            assert [type(event) for event in greeting] == [ProxyConnected, ProxyStatus]

    run(conversation())


def test_a_proxy_with_two_streams_is_gone_with_the_last() -> None:
    """A proxy that reconnected before its old stream was found dead is one proxy."""

    async def conversation() -> None:
        async with rig() as made:
            made.frontend.on_event(view("s1", "1"))
            old = await made.connect()
            await made.next(ProxyConnected)
            made.frontend.on_event(Assign(P, CLASS))
            await made.hear(old)
            new = await made.connect()
            await made.next(ProxyConnected)
            assert (await made.hear(new)).resources[0].version == "1"
            old.cancel()
            made.frontend.on_event(view("s2", "2", base="s1"))
            assert (await made.hear(new)).resources[0].version == "2"
            assert made.frontend.hello().held == {CLASS: "s2"}
            new.cancel()
            assert await made.next(ProxyGone) == ProxyGone(P)
            assert list(made.frontend.greeting()) == []

    run(conversation())


def test_a_second_stream_with_another_node_waits_for_its_own_class() -> None:
    """Labels that changed may mean another class, so the former view is not assumed."""

    async def conversation() -> None:
        async with rig() as made:
            made.frontend.on_event(view("s1", "1"))
            old = await made.connect(node="before")
            await made.next(ProxyConnected)
            made.frontend.on_event(Assign(P, CLASS))
            await made.hear(old)
            new = await made.connect(node="after")
            await made.next(ProxyConnected)
            reading = asyncio.ensure_future(made.hear(new))
            assert not (await asyncio.wait({reading}, timeout=0.1))[0]
            made.frontend.on_event(Assign(P, CLASS))
            await reading

    run(conversation())


def test_a_rejected_proxy_is_closed_with_the_reason() -> None:
    """The compiler's sentence reaches the proxy's own log."""

    async def conversation() -> None:
        async with rig() as made:
            stream = await made.connect()
            await made.next(ProxyConnected)
            made.frontend.on_event(Reject(P, "no cluster of that name"))
            assert await stream.code() is grpc.StatusCode.FAILED_PRECONDITION
            assert await stream.details() == "no cluster of that name"

    run(conversation())


def test_a_view_that_does_not_fit_asks_for_a_new_stream() -> None:
    """The feed's client opens the stream again, and Hello no longer names the class."""

    async def conversation() -> None:
        async with rig() as made:
            made.frontend.on_event(view("s1", "1"))
            with pytest.raises(ViewMismatchError):
                made.frontend.on_event(view("s3", "3", base="s2"))
            made.frontend.on_lost("mismatch")
            assert made.frontend.hello().held == {}

    run(conversation())


def test_an_event_for_a_proxy_that_left_is_harmless() -> None:
    """The compiler may answer a proxy that has just gone."""

    async def conversation() -> None:
        async with rig() as made:
            made.frontend.on_event(view("s1", "1"))
            made.frontend.on_event(Assign(P, CLASS))
            made.frontend.on_event(Reject(ProxyId("never"), "why not"))
            stream = await made.connect()
            reading = asyncio.ensure_future(made.hear(stream))
            assert not (await asyncio.wait({reading}, timeout=0.1))[0]
            made.frontend.on_event(Assign(P, CLASS))
            await reading

    run(conversation())


def test_a_stream_ends_with_its_certificate() -> None:
    """The proxy is asked to come back; others go on."""

    async def conversation() -> None:
        async with rig() as made:
            ending, staying = await made.connect("p"), await made.connect("q")
            await made.next(ProxyConnected)
            await made.next(ProxyConnected)
            made.frontend._streams[P][0].stream.serve_until_s = 0
            made.frontend.end_expired()
            code = await asyncio.wait_for(ending.code(), WAIT_S)
            assert code is grpc.StatusCode.UNAVAILABLE
            gone = await made.next(ProxyGone)
            assert isinstance(gone, ProxyGone)
            assert gone.proxy == P
            assert not staying.done()

    run(conversation())
