"""The gRPC server that proxies connect to: for everything, or for secrets alone."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

import grpc
from protogen.envoy.service.discovery.v3 import discovery_pb2

from libs.adapters.xdsgrpc import health
from libs.adapters.xdsgrpc.limits import XdsLimits
from libs.adapters.xdsgrpc.requests import Wire
from libs.adapters.xdsgrpc.sharing import SharedResponses
from libs.adapters.xdsgrpc.stream import AdsStream, Context, StreamOwner
from libs.kernel.looperrors import StalledError

_SHOWN: Final = "x509_pem_cert"


@dataclass(frozen=True, slots=True)
class Service:
    """A discovery service by its gRPC name, with its method for each variant."""

    name: str
    sotw: str
    delta: str


AGGREGATED: Final = Service(
    "envoy.service.discovery.v3.AggregatedDiscoveryService",
    "StreamAggregatedResources",
    "DeltaAggregatedResources",
)
SECRETS: Final = Service(
    "envoy.service.secret.v3.SecretDiscoveryService", "StreamSecrets", "DeltaSecrets"
)


class XdsServer:
    """Serves both variants of one service in the loop that starts it."""

    def __init__(
        self,
        address: str,
        owner: StreamOwner,
        *,
        limits: XdsLimits | None = None,
        credentials: grpc.ServerCredentials | None = None,
        service: Service = AGGREGATED,
    ) -> None:
        """Prepare a server for `host:port` (port 0: any free one) or `unix:/path`.

        Without credentials it speaks in the clear.
        """
        self._credentials = credentials
        self._service = service
        self._address = address
        self._owner = owner
        self._limits = limits or XdsLimits()
        self._streams: set[AdsStream] = set()
        self._shared = SharedResponses()
        self._draining = False
        self._server: grpc.aio.Server | None = None

    @property
    def streams(self) -> int:
        """Count the open streams."""
        return len(self._streams)

    async def start(self) -> str:
        """Listen, and return the address that proxies use, with the real port.

        Raises `StalledError` when the address cannot be bound.
        """
        server = grpc.aio.server(options=self._limits.server_options())
        server.add_generic_rpc_handlers((self._methods(), health.handler(self._is_serving)))
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
        """Accept nothing new, end all streams, and wait at most `grace_s` seconds for that."""
        self._draining = True
        for stream in self._streams:
            stream.drain()
        if self._server is not None:
            await self._server.stop(grace_s)

    def _bind(self, server: grpc.aio.Server) -> int:
        if self._credentials is None:
            return server.add_insecure_port(self._address)
        return server.add_secure_port(self._address, self._credentials)

    def _is_serving(self) -> bool:
        return not self._draining

    def _methods(self) -> grpc.GenericRpcHandler:
        sotw: grpc.RpcMethodHandler[Wire, bytes] = grpc.stream_stream_rpc_method_handler(
            self._serve_sotw, discovery_pb2.DiscoveryRequest.FromString, None
        )
        delta: grpc.RpcMethodHandler[Wire, bytes] = grpc.stream_stream_rpc_method_handler(
            self._serve_delta, discovery_pb2.DeltaDiscoveryRequest.FromString, None
        )
        handlers = {self._service.sotw: sotw, self._service.delta: delta}
        return grpc.method_handlers_generic_handler(self._service.name, handlers)

    async def _serve_sotw(self, requests: AsyncIterator[Wire], context: Context) -> None:
        await self._serve(requests, context, delta=False)

    async def _serve_delta(self, requests: AsyncIterator[Wire], context: Context) -> None:
        await self._serve(requests, context, delta=True)

    async def _serve(self, requests: AsyncIterator[Wire], context: Context, *, delta: bool) -> None:
        if self._draining or len(self._streams) >= self._limits.streams_max:
            reason = f"this server has {len(self._streams)} streams, which is all that it may"
            await context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, reason)
        stream = AdsStream(self._owner, self._limits.stream, self._shared, delta=delta)
        stream.shown_pem = bytes(next(iter(context.auth_context().get(_SHOWN, ())), b""))
        self._streams.add(stream)
        try:
            await stream.serve(requests, context)
        finally:
            self._streams.discard(stream)
