"""One proxy's stream: a reader that feeds the engine, a writer that asks it what to send."""

import asyncio
import math
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Protocol

import grpc
from protogen.envoy.config.core.v3 import base_pb2

from libs.adapters.xdsgrpc.requests import Wire, node_of, parse
from libs.adapters.xdsgrpc.sharing import SharedResponses
from libs.kernel.ids import ProxyId, ResourceName, TypeUrl
from libs.xdsproto.commands import Close, CloseCode, Record, Respond
from libs.xdsproto.engine import AdsEngine, StreamLimits
from libs.xdsproto.events import SnapshotAssigned
from libs.xdsproto.holdings import Holding
from libs.xdsproto.published import Published

Context = grpc.aio.ServicerContext[Wire, bytes]


class StreamOwner(Protocol):
    """Told what happens on streams. Called in the server's loop; it must not block there."""

    def refusal(self, stream: "AdsStream") -> str:
        """Say why a stream whose node is known may not be opened; empty lets it in."""
        ...

    def on_open(self, stream: "AdsStream") -> None:
        """Note a new stream whose node is known; answer by `assign` or `reject`, now or later."""
        ...

    def on_sent(self, stream: "AdsStream", response: Respond) -> None:
        """Note a response that was handed to gRPC."""
        ...

    def on_record(self, stream: "AdsStream", record: Record) -> None:
        """Note how the proxy stands to its snapshot now."""
        ...

    def on_close(self, stream: "AdsStream") -> None:
        """Note the end of a stream that was opened."""
        ...


class AdsStream:
    """An open stream. `node` is the message of its first request, None until that arrived.

    `proxy` is the node's id, empty until then.

    `only` is the one type that the stream is about, empty where requests name theirs.
    `shown_pem` is what its connection showed, its own certificate first; empty without TLS.
    `serve_until_s` is kept for the owner, in seconds since the epoch.
    """

    def __init__(
        self, owner: StreamOwner, limits: StreamLimits, shared: SharedResponses, *, delta: bool
    ) -> None:
        """Prepare a stream of one variant."""
        self.delta = delta
        self.node: base_pb2.Node | None = None
        self.proxy = ProxyId("")
        self.shown_pem = b""
        self.only = TypeUrl("")
        self.serve_until_s = math.inf
        self._owner = owner
        self._engine = AdsEngine(limits)
        self._shared = shared
        self._ready: Respond | None = None
        self._writing = False
        self._wake = asyncio.Event()
        self._end: tuple[grpc.StatusCode, str] | None = None

    def assign(self, published: Published) -> None:
        """Make this the snapshot that the proxy should hold."""
        self._engine.receive(SnapshotAssigned(published))
        self._wake.set()

    def preload(self, names: Iterable[ResourceName]) -> None:
        """Name virtual hosts that the proxy gets unasked, where it gets any on demand."""
        self._engine.preload(names)

    def holdings(self) -> Iterator[Holding]:
        """Tell what the proxy has, or was sent."""
        return self._engine.holdings()

    def reject(self, reason: str) -> None:
        """End the stream: this proxy cannot be served."""
        self._finish(grpc.StatusCode.FAILED_PRECONDITION, reason)

    def drain(self) -> None:
        """End the stream, so that the proxy looks for another server."""
        self._finish(grpc.StatusCode.UNAVAILABLE, "this server is going away")

    async def serve(self, requests: AsyncIterator[Wire], context: Context) -> None:
        """Serve until the proxy or the owner ends the stream."""
        reader = asyncio.create_task(self._read(requests))
        try:
            await self._write(context)
            if reader.done():
                reader.result()
        finally:
            # A reader that outlives its call would read from a call that is gone. The owner is told
            # before that is awaited: gRPC may cancel this task once more meanwhile.
            reader.cancel()
            if self.node is not None:
                self._owner.on_close(self)
            await asyncio.wait({reader})

    async def _read(self, requests: AsyncIterator[Wire]) -> None:
        try:
            async for request in requests:
                if self.node is None and not self._open(request):
                    return
                self._engine.receive(parse(request, self.only))
                if not self._writing:
                    self._look()
                    if self._ready is not None:
                        self._wake.set()
        finally:
            self._finish(grpc.StatusCode.OK, "")

    def _open(self, request: Wire) -> bool:
        node = node_of(request)
        if not node.id:
            reason = "the first request of a stream needs a node with an id"
            self._finish(grpc.StatusCode.INVALID_ARGUMENT, reason)
            return False
        self.node, self.proxy = node, ProxyId(node.id)
        refusal = self._owner.refusal(self)
        if refusal:
            self.node = None
            self._finish(grpc.StatusCode.PERMISSION_DENIED, refusal)
            return False
        self._engine.only = self.only
        # Envoy does not read them; those that do say what they are made with.
        self._engine.reads_errors = node.user_agent_name.lower().startswith("grpc")
        self._owner.on_open(self)
        return True

    async def _write(self, context: Context) -> None:
        while self._end is None:
            self._look()
            response, self._ready = self._ready, None
            if response is None:
                await self._wake.wait()
                self._wake.clear()
                continue
            self._writing = True
            await context.write(self._shared(response, delta=self.delta))
            self._writing = False
            self._owner.on_sent(self, response)
        code, reason = self._end
        if code is not grpc.StatusCode.OK:
            await context.abort(code, reason)

    def _look(self) -> None:
        """Ask the engine what to do; what is to be sent is left to the writer.

        Nothing newer is computed before that is sent: while the writer is busy, only it asks.
        """
        if self._ready is not None or self._end is not None:
            return
        for command in self._engine.advance():
            match command:
                case Respond():
                    self._ready = command
                case Record():
                    self._owner.on_record(self, command)
                case Close():
                    self._finish(_STATUS[command.code], command.reason)

    def _finish(self, code: grpc.StatusCode, reason: str) -> None:
        self._end = self._end or (code, reason)
        self._wake.set()


_STATUS = {
    CloseCode.INVALID_ARGUMENT: grpc.StatusCode.INVALID_ARGUMENT,
    CloseCode.RESOURCE_EXHAUSTED: grpc.StatusCode.RESOURCE_EXHAUSTED,
}
