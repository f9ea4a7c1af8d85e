"""The gRPC server that proxies connect to: for everything, or for some types alone."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Final

import grpc
from protogen.envoy.service.discovery.v3 import discovery_pb2

from libs.adapters.xdsgrpc import health
from libs.adapters.xdsgrpc.limits import XdsLimits
from libs.adapters.xdsgrpc.requests import Wire
from libs.adapters.xdsgrpc.services import EVERY, Service
from libs.adapters.xdsgrpc.sharing import SharedResponses
from libs.adapters.xdsgrpc.stream import AdsStream, Context, StreamOwner
from libs.kernel.looperrors import StalledError
from libs.pki.shown import shown_pem

SPREAD: Final = 0.75
"""Share of the time of an ending server in which its streams end; the rest is for the last ones."""


class XdsServer:
    """Serves both variants of discovery services in the loop that starts it."""

    def __init__(
        self,
        address: str,
        owner: StreamOwner,
        *,
        limits: XdsLimits | None = None,
        credentials: grpc.ServerCredentials | None = None,
        services: Sequence[Service] = EVERY,
        shares_port: bool = False,
    ) -> None:
        """Prepare a server for `host:port` (port 0: any free one) or `unix:/path`.

        Without credentials it speaks in the clear. Servers that all share may listen on one port.
        """
        self._shares_port = shares_port
        self._credentials = credentials
        self._services = services
        self._address = address
        self._owner = owner
        self._limits = limits or XdsLimits()
        self._streams: set[AdsStream] = set()
        self._shared = SharedResponses()
        self._draining = False
        self._server: grpc.aio.Server | None = None
        self._more: list[grpc.GenericRpcHandler] = []

    def also_serve(self, handler: grpc.GenericRpcHandler) -> None:
        """Serve one more service on the same port; to be called before `start`."""
        self._more.append(handler)

    @property
    def streams(self) -> int:
        """Count the open streams."""
        return len(self._streams)

    def open_streams(self) -> Sequence[AdsStream]:
        """Return the open streams, in no order."""
        return tuple(self._streams)

    async def start(self) -> str:
        """Listen, and return the address that proxies use, with the real port.

        Raises `StalledError` when the address cannot be bound.
        """
        server = grpc.aio.server(options=self._limits.server_options(shares_port=self._shares_port))
        handlers = map(self._methods, self._services)
        server.add_generic_rpc_handlers((*handlers, *self._more, health.handler(self._is_serving)))
        try:
            port = self._bind(server)
        except RuntimeError as error:
            await server.stop(None)
            raise StalledError(f"cannot listen for proxies on {self._address}") from error
        await server.start()
        self._server = server
        if self._address.startswith("unix:"):
            return self._address
        return f"{self._address.rpartition(':')[0]}:{port}"

    async def stop(self, grace_s: float) -> None:
        """Accept nothing new and end all streams within `grace_s` seconds, one after the other.

        Otherwise all proxies would come to the other frontends in the same moment.
        """
        self._draining = True
        streams = list(self._streams)
        for stream in streams:
            stream.drain()
            await asyncio.sleep(grace_s * SPREAD / len(streams))
        if self._server is not None:
            await self._server.stop(grace_s * (1 - SPREAD))

    def _bind(self, server: grpc.aio.Server) -> int:
        if self._credentials is None:
            return server.add_insecure_port(self._address)
        return server.add_secure_port(self._address, self._credentials)

    def _is_serving(self) -> bool:
        return not self._draining

    def _methods(self, service: Service) -> grpc.GenericRpcHandler:
        async def serve_sotw(requests: AsyncIterator[Wire], context: Context) -> None:
            await self._serve(requests, context, service, delta=False)

        async def serve_delta(requests: AsyncIterator[Wire], context: Context) -> None:
            await self._serve(requests, context, service, delta=True)

        sotw: grpc.RpcMethodHandler[Wire, bytes] = grpc.stream_stream_rpc_method_handler(
            serve_sotw, discovery_pb2.DiscoveryRequest.FromString, None
        )
        delta: grpc.RpcMethodHandler[Wire, bytes] = grpc.stream_stream_rpc_method_handler(
            serve_delta, discovery_pb2.DeltaDiscoveryRequest.FromString, None
        )
        named = {service.sotw: sotw, service.delta: delta}
        handlers = {name: one for name, one in named.items() if name}
        return grpc.method_handlers_generic_handler(service.name, handlers)

    async def _serve(
        self, requests: AsyncIterator[Wire], context: Context, service: Service, *, delta: bool
    ) -> None:
        if self._draining or len(self._streams) >= self._limits.streams_max:
            reason = f"this server has {len(self._streams)} streams, which is all that it may"
            await context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, reason)
        stream = AdsStream(self._owner, self._limits.stream, self._shared, delta=delta)
        stream.only = service.type_url
        stream.shown_pem = shown_pem(context.auth_context())
        self._streams.add(stream)
        try:
            await stream.serve(requests, context)
        finally:
            self._streams.discard(stream)
