"""The compiler's side: accepts frontends, hands their events on, sends them views.

The server runs an asyncio loop in a thread of its own, so that a compiler that computes never
delays a keep-alive and may itself be plain synchronous code.
"""

import asyncio
import itertools
import threading
from collections.abc import AsyncIterator
from typing import NewType, Protocol

import grpc
from protogen.periplus.feed.v1 import feed_pb2

from libs.adapters.feed import wire
from libs.adapters.feed.limits import FeedLimits
from libs.adapters.feed.outbox import CompilerOutbox
from libs.kernel.looperrors import StalledError
from libs.ports.feed import FromCompiler, FromFrontend

SERVICE = "periplus.feed.v1.Feed"
METHOD = "Serve"
START_TIMEOUT_S = 10.0

_Context = grpc.aio.ServicerContext[feed_pb2.FromFrontend, feed_pb2.FromCompiler]

StreamId = NewType("StreamId", int)
"""One frontend's stream in the life of one server; never used again after it closed."""


class FeedHandler(Protocol):
    """Told what frontends do. Called in the server's thread; it must not block there."""

    def on_open(self, stream: StreamId) -> None:
        """Note that a frontend opened a stream; its Hello follows as the first event."""
        ...

    def on_event(self, stream: StreamId, event: FromFrontend) -> None:
        """Take one event of the frontend. A ProxyConnected may repeat for a known proxy."""
        ...

    def on_close(self, stream: StreamId) -> None:
        """Note that the stream is gone, with everything that was still to be sent on it."""
        ...


class _Stream:
    """Outbox of one frontend, the flag that wakes its writer, and how its reader ended."""

    def __init__(self) -> None:
        self.outbox = CompilerOutbox()
        self.wake = asyncio.Event()
        self.ended = False
        self.refusal: str | None = None


class FeedServer:
    """gRPC server of the feed. `start`, `send` and `stop` may be called from any thread."""

    def __init__(
        self, address: str, handler: FeedHandler, *, limits: FeedLimits | None = None
    ) -> None:
        """Prepare a server for `host:port` (port 0: any free one) or `unix:/path`."""
        self._address = address
        self._handler = handler
        self._limits = limits or FeedLimits()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="feed", daemon=True)
        self._streams: dict[StreamId, _Stream] = {}
        self._ids = itertools.count(1)
        self._server: grpc.aio.Server | None = None

    def start(self) -> str:
        """Listen, and return the address that clients use, with the real port.

        Raises `StalledError` when the address cannot be bound.
        """
        self._thread.start()
        starting = asyncio.run_coroutine_threadsafe(self._start(), self._loop)
        try:
            return starting.result(START_TIMEOUT_S)
        except BaseException:
            self.stop()
            raise

    def send(self, stream: StreamId, event: FromCompiler) -> None:
        """Send an event to one frontend; of a class's waiting views only the sum is sent.

        Does nothing for a stream that has closed: its frontend says Hello again.
        """
        if self._loop.is_closed():
            return
        self._loop.call_soon_threadsafe(self._enqueue, stream, event)

    def stop(self, grace_s: float = 0.1) -> None:
        """Close all streams, after `grace_s` seconds by force, and end the server's thread."""
        if not self._thread.is_alive():
            return
        stopping = asyncio.run_coroutine_threadsafe(self._stop(grace_s), self._loop)
        stopping.result(grace_s + START_TIMEOUT_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(START_TIMEOUT_S)
        if not self._thread.is_alive():
            self._loop.close()

    async def _start(self) -> str:
        server = grpc.aio.server(options=self._limits.channel_options())
        method = grpc.stream_stream_rpc_method_handler(
            self._serve,
            request_deserializer=feed_pb2.FromFrontend.FromString,
            response_serializer=feed_pb2.FromCompiler.SerializeToString,
        )
        server.add_generic_rpc_handlers(
            (grpc.method_handlers_generic_handler(SERVICE, {METHOD: method}),)
        )
        try:
            port = server.add_insecure_port(self._address)
        except RuntimeError as error:
            await server.stop(None)
            raise StalledError(f"cannot listen for frontends on {self._address}") from error
        await server.start()
        self._server = server
        if self._address.startswith("unix:"):
            return self._address
        return f"{self._address.rpartition(':')[0]}:{port}"

    async def _stop(self, grace_s: float) -> None:
        if self._server is not None:
            await self._server.stop(grace_s)

    def _enqueue(self, stream_id: StreamId, event: FromCompiler) -> None:
        stream = self._streams.get(stream_id)
        if stream is not None:
            stream.outbox.put(event)
            stream.wake.set()

    async def _serve(
        self,
        requests: AsyncIterator[feed_pb2.FromFrontend],
        context: _Context,
    ) -> None:
        stream_id, stream = StreamId(next(self._ids)), _Stream()
        self._streams[stream_id] = stream
        self._handler.on_open(stream_id)
        reader = asyncio.create_task(self._read(stream_id, stream, requests))
        try:
            await _write(stream, context)
            # Only now, when no write is under way: gRPC takes no status beside one.
            if stream.refusal is not None:
                await context.abort(grpc.StatusCode.INVALID_ARGUMENT, stream.refusal)
            await reader
        finally:
            del self._streams[stream_id]
            self._handler.on_close(stream_id)
            reader.cancel()
            await asyncio.wait({reader})

    async def _read(
        self, stream_id: StreamId, stream: _Stream, requests: AsyncIterator[feed_pb2.FromFrontend]
    ) -> None:
        try:
            async for request in requests:
                for event in wire.batch_from_wire(request):
                    self._handler.on_event(stream_id, event)
        except wire.FeedFormatError as error:
            stream.refusal = str(error)
        finally:
            stream.ended = True
            stream.wake.set()


async def _write(stream: _Stream, context: _Context) -> None:
    """Write what waits until the reader has ended."""
    # At once, so that the frontend knows that it is connected before there is a view.
    await context.send_initial_metadata(())
    while not stream.ended:
        stream.wake.clear()
        event = stream.outbox.take()
        if event is None:
            await stream.wake.wait()
        else:
            await context.write(wire.compiler_to_wire(event))
