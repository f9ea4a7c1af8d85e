"""The frontend's side: one stream to the compiler, opened again whenever it breaks."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable
from typing import Protocol

import grpc
from google.protobuf.message import Message
from protogen.periplus.feed.v1 import feed_pb2

from libs.adapters.feed import wire
from libs.adapters.feed.limits import FeedLimits
from libs.adapters.feed.outbox import FrontendOutbox
from libs.adapters.feed.server import METHOD, SERVICE
from libs.ports.feed import FromCompiler, FromFrontend, Hello
from libs.ports.rng import Rng

_Call = grpc.aio.StreamStreamCall[Message, feed_pb2.FromCompiler]


BATCH_EVENTS_MAX = 256
"""Events in one message. What waits together goes together: a message costs more than an event."""


class ViewMismatchError(Exception):
    """Raised by the owner while it applies an event: the stream has to be opened afresh."""


class FeedOwner(Protocol):
    """Whose stream it is. Called in the loop that runs the client."""

    def hello(self) -> Hello:
        """Return the first event of a new stream."""
        ...

    def greeting(self) -> Iterable[FromFrontend]:
        """Return all that a compiler has to know that knows nothing yet, Hello excluded."""
        ...

    def on_event(self, event: FromCompiler) -> None:
        """Take one event; raise `ViewMismatchError` when it does not fit what is held."""
        ...

    def on_lost(self, reason: str) -> None:
        """Note that the stream broke or could not be opened; `reason` is for a log."""
        ...


class FeedClient:
    """Keeps one stream to the compiler at `host:port` or `unix:/path`."""

    def __init__(
        self, address: str, owner: FeedOwner, rng: Rng, *, limits: FeedLimits | None = None
    ) -> None:
        """Prepare; nothing is opened before `run`."""
        self._address = address
        self._owner = owner
        self._rng = rng
        self._limits = limits or FeedLimits()
        self._outbox: FrontendOutbox | None = None
        self._wake = asyncio.Event()
        self._call: _Call | None = None
        self._overflowed = False
        self._connected = False

    @property
    def connected(self) -> bool:
        """Whether the compiler has accepted the stream that is open now."""
        return self._connected

    def send(self, event: FromFrontend) -> None:
        """Send soon. While no stream is open nothing is kept: the next greeting tells it all."""
        if self._outbox is None:
            return
        self._outbox.put(event)
        self._wake.set()
        if len(self._outbox) > self._limits.waiting_events_max and self._call is not None:
            self._overflowed = True
            self._call.cancel()

    async def run(self) -> None:
        """Stay connected until cancelled."""
        backoff_s = self._limits.backoff_s_min
        while True:
            try:
                reason, accepted = await self._stream()
            finally:
                self._outbox, self._call, self._connected = None, None, False
            if accepted:
                backoff_s = self._limits.backoff_s_min
            self._owner.on_lost(reason)
            await asyncio.sleep(self._rng.uniform(backoff_s / 2, backoff_s))
            backoff_s = min(backoff_s * 2, self._limits.backoff_s_max)

    async def _stream(self) -> tuple[str, bool]:
        """Live through one stream; return in words why it ended, and whether it was accepted."""
        # A pool of its own: otherwise gRPC's back-off of the last channel would add to ours.
        options = [*self._limits.channel_options(), ("grpc.use_local_subchannel_pool", 1)]
        self._overflowed = False
        async with grpc.aio.insecure_channel(self._address, options=options) as channel:
            call = channel.stream_stream(
                f"/{SERVICE}/{METHOD}",
                request_serializer=feed_pb2.FromFrontend.SerializeToString,
                response_deserializer=feed_pb2.FromCompiler.FromString,
            )(self._requests())
            self._call = call
            try:
                return await self._read(call), self._connected
            finally:
                call.cancel()

    async def _read(self, call: "_Call") -> str:
        try:
            await call.initial_metadata()
            # A call that never reached a server ends with empty metadata instead of an error.
            self._connected = not call.done()
            async for message in call:
                self._owner.on_event(wire.compiler_from_wire(message))
        except (ViewMismatchError, wire.FeedFormatError) as error:
            return str(error)
        except grpc.aio.AioRpcError as error:
            return f"{error.code().name}: {(error.details() or '')[:200]}"
        except asyncio.CancelledError:
            # Cancelling the call looks the same as cancelling the task that reads it.
            if not self._overflowed:
                raise
            return "more events wait for the compiler than may"
        return "the compiler closed the stream"

    async def _requests(self) -> AsyncIterator[feed_pb2.FromFrontend]:
        outbox, loop = FrontendOutbox(), asyncio.get_running_loop()
        self._outbox, hurried_s = outbox, None
        yield wire.frontend_to_wire(self._owner.hello())
        for event in self._owner.greeting():
            outbox.put(event)
        while True:
            while waiting := outbox.take_many(BATCH_EVENTS_MAX):
                yield wire.batch_to_wire(waiting)
            self._wake.clear()
            if not outbox.is_patient:
                await self._wake.wait()
            elif hurried_s is None:
                hurried_s = loop.time() + self._limits.unanswered_s
            elif hurried_s <= loop.time():
                hurried_s = None
                outbox.hurry()
            else:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), hurried_s - loop.time())
