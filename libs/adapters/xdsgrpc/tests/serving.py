"""A server with an owner that keeps what it is told, and clients that talk to it by hand."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
import pytest
from google.protobuf.message import Message
from protogen.envoy.service.discovery.v3 import discovery_pb2

from libs.adapters.xdsgrpc.limits import XdsLimits
from libs.adapters.xdsgrpc.server import XdsServer
from libs.adapters.xdsgrpc.services import AGGREGATED
from libs.adapters.xdsgrpc.stream import AdsStream
from libs.kernel.ids import ResourceName, Version
from libs.kernel.xds import CLUSTER, Resource
from libs.xdsproto.commands import Record, Respond
from libs.xdsproto.published import full

WAIT_S = 5.0
MESH = full(Version("s1"), [Resource(CLUSTER, ResourceName("a"), Version("1"), b"\x0a\x01a")])


@dataclass
class Owner:
    """Serves one snapshot to everybody, and keeps what it is told."""

    reason: str = ""
    denial: str = ""
    streams: list[AdsStream] = field(default_factory=list)
    sent: list[Respond] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    closed: asyncio.Queue[AdsStream] = field(default_factory=asyncio.Queue)

    def refusal(self, _stream: AdsStream) -> str:
        """Deny everybody where a denial is set."""
        return self.denial

    def on_open(self, stream: AdsStream) -> None:
        """Assign the snapshot, or reject for the reason."""
        self.streams.append(stream)
        if self.reason:
            stream.reject(self.reason)
        else:
            stream.assign(MESH)

    def on_sent(self, _stream: AdsStream, response: Respond) -> None:
        """Keep a response."""
        self.sent.append(response)

    def on_record(self, _stream: AdsStream, record: Record) -> None:
        """Keep a record."""
        self.records.append(record)

    def on_close(self, stream: AdsStream) -> None:
        """Keep a stream that ended."""
        self.closed.put_nowait(stream)


@asynccontextmanager
async def serving(
    address: str, owner: Owner, limits: XdsLimits | None = None
) -> AsyncIterator[tuple[XdsServer, grpc.aio.Channel]]:
    """Run a server and a channel to it."""
    server = XdsServer(address, owner, limits=limits)
    bound = await server.start()
    options = [("grpc.use_local_subchannel_pool", 1)]
    try:
        async with grpc.aio.insecure_channel(bound, options=options) as channel:
            yield server, channel
    finally:
        await server.stop(1)


@dataclass
class Call:
    """One stream of a client."""

    call: grpc.aio.StreamStreamCall[Message, Any]
    request: type[Message]

    async def say(self, **fields: object) -> None:
        """Send a request."""
        await self.call.write(self.request(**fields))

    async def hear(self) -> Message:
        """Wait for a response."""
        answer = await asyncio.wait_for(self.call.read(), WAIT_S)
        assert isinstance(answer, Message), answer
        return answer

    async def end(self) -> tuple[grpc.StatusCode, str]:
        """Wait for the end, and return its status."""
        code = await asyncio.wait_for(self.call.code(), WAIT_S)
        return code, await self.call.details() or ""


def sotw(channel: grpc.aio.Channel) -> Call:
    """Open a stream of the state of the world."""
    return Call(
        channel.stream_stream(
            f"/{AGGREGATED.name}/StreamAggregatedResources",
            request_serializer=discovery_pb2.DiscoveryRequest.SerializeToString,
            response_deserializer=discovery_pb2.DiscoveryResponse.FromString,
        )(),
        discovery_pb2.DiscoveryRequest,
    )


def delta(channel: grpc.aio.Channel) -> Call:
    """Open an incremental stream."""
    return Call(
        channel.stream_stream(
            f"/{AGGREGATED.name}/DeltaAggregatedResources",
            request_serializer=discovery_pb2.DeltaDiscoveryRequest.SerializeToString,
            response_deserializer=discovery_pb2.DeltaDiscoveryResponse.FromString,
        )(),
        discovery_pb2.DeltaDiscoveryRequest,
    )


async def _empty(server: XdsServer) -> bool:
    """Wait until a server has no stream left; False when that takes too long."""
    for _ in range(500):
        if not server.streams:
            return True
        await asyncio.sleep(0.01)
    return False


Open = Callable[[grpc.aio.Channel], Call]
BOTH = pytest.mark.parametrize("variant", [sotw, delta])


def run(test: Awaitable[None]) -> None:
    """Run one conversation, bounded in time."""

    async def bounded() -> None:
        await asyncio.wait_for(test, 4 * WAIT_S)

    asyncio.run(bounded())
