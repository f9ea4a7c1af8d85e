"""The client status discovery service: what each proxy was sent, and how it answered.

It tells names, versions and states of everybody's resources, never what is in them. It is for the
people who run the mesh, so it has a server of its own and is no part of the one for proxies: that
listens on this machine alone, or lets in over mutual TLS whom the settings name.
"""

import json
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import asdict
from typing import Final

import grpc
from google.protobuf.message import Message
from protogen.envoy.config.core.v3 import base_pb2
from protogen.envoy.service.status.v3 import csds_pb2
from protogen.envoy.type.matcher.v3 import node_pb2, string_pb2

from libs.adapters.xdsgrpc.stream import AdsStream
from libs.kernel.looperrors import StalledError
from libs.pki.shown import shown_pem
from libs.xdsproto.holdings import Holding, Standing
from libs.xdsproto.loads import Loads

LOADS_SERVICE: Final = "periplus.status.v1.Loads"
"""Ours: a text that ids contain, answered with loads by proxy, in JSON."""
SERVICE: Final = "envoy.service.status.v3.ClientStatusDiscoveryService"
_Context = grpc.aio.ServicerContext[csds_pb2.ClientStatusRequest, csds_pb2.ClientStatusResponse]
_CONFIG: Final = {
    Standing.HELD: csds_pb2.SYNCED,
    Standing.SENT: csds_pb2.STALE,
    Standing.REFUSED: csds_pb2.ERROR,
}
STANDINGS: Final = {status: standing for standing, status in _CONFIG.items()}


class UnsupportedMatcherError(ValueError):
    """A request with a matcher that is not understood; the text says which are."""


class StatusServer:
    """Answers who has what, from the streams that are open."""

    def __init__(
        self,
        address: str,
        streams: Callable[[], Iterable[AdsStream]],
        *,
        credentials: grpc.ServerCredentials | None = None,
        denial: Callable[[bytes], str] = lambda _: "",
        loads: Loads | None = None,
    ) -> None:
        """Prepare a server for `host:port` (port 0: any free one) or `unix:/path`.

        Without credentials it speaks in the clear. `denial` says why who shows a certificate may
        not ask; empty lets him.
        """
        self._address = address
        self._streams = streams
        self._credentials = credentials
        self._denial = denial
        self._loads = loads or Loads()
        self._server: grpc.aio.Server | None = None

    async def start(self) -> str:
        """Listen, and return the address with the real port. Raises `StalledError`."""
        server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
        server.add_generic_rpc_handlers((self._methods(), self._load_methods()))
        try:
            if self._credentials is None:
                port = server.add_insecure_port(self._address)
            else:
                port = server.add_secure_port(self._address, self._credentials)
        except RuntimeError as error:
            await server.stop(None)
            raise StalledError(f"cannot tell of clients on {self._address}") from error
        await server.start()
        self._server = server
        if self._address.startswith("unix:"):
            return self._address
        return f"{self._address.rpartition(':')[0]}:{port}"

    async def stop(self) -> None:
        """End at once."""
        if self._server is not None:
            await self._server.stop(None)

    def _methods(self) -> grpc.GenericRpcHandler:
        read = csds_pb2.ClientStatusRequest.FromString
        write: Callable[[Message], bytes] = csds_pb2.ClientStatusResponse.SerializeToString
        handlers = {
            "FetchClientStatus": grpc.unary_unary_rpc_method_handler(self._fetch, read, write),
            "StreamClientStatus": grpc.stream_stream_rpc_method_handler(self._stream, read, write),
        }
        return grpc.method_handlers_generic_handler(SERVICE, handlers)

    def _load_methods(self) -> grpc.GenericRpcHandler:
        method: grpc.RpcMethodHandler[bytes, bytes] = grpc.unary_unary_rpc_method_handler(
            self._fetch_loads, None, None
        )
        return grpc.method_handlers_generic_handler(LOADS_SERVICE, {"Fetch": method})

    async def _fetch_loads(
        self, containing: bytes, context: "grpc.aio.ServicerContext[bytes, bytes]"
    ) -> bytes:
        denial = self._denial(shown_pem(context.auth_context()))
        if denial:
            await context.abort(grpc.StatusCode.PERMISSION_DENIED, denial)
        found = self._loads.of(containing.decode(errors="replace"))
        told = {proxy: [asdict(each) for each in loads] for proxy, loads in found.items()}
        return json.dumps(told).encode()

    async def _fetch(
        self, request: csds_pb2.ClientStatusRequest, context: _Context
    ) -> csds_pb2.ClientStatusResponse:
        denial = self._denial(shown_pem(context.auth_context()))
        if denial:
            await context.abort(grpc.StatusCode.PERMISSION_DENIED, denial)
        try:
            return answer(request, self._streams())
        except UnsupportedMatcherError as error:
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))

    async def _stream(
        self, requests: AsyncIterator[csds_pb2.ClientStatusRequest], context: _Context
    ) -> AsyncIterator[csds_pb2.ClientStatusResponse]:
        async for request in requests:
            yield await self._fetch(request, context)


def answer(
    request: csds_pb2.ClientStatusRequest, streams: Iterable[AdsStream]
) -> csds_pb2.ClientStatusResponse:
    """Tell of the proxies that a request is about; without matchers of all.

    Raises `UnsupportedMatcherError`.
    """
    response = csds_pb2.ClientStatusResponse()
    for stream in streams:
        node = stream.node
        if node is None or not _is_asked_for(node, request.node_matchers):
            continue
        config = response.config.add()
        config.node.id, config.node.cluster = node.id, node.cluster
        for one in stream.holdings():
            config.generic_xds_configs.append(_resource(one))
    return response


def _resource(one: Holding) -> csds_pb2.ClientConfig.GenericXdsConfig:
    told = csds_pb2.ClientConfig.GenericXdsConfig(
        type_url=one.type_url,
        name=one.name,
        version_info=one.version,
        config_status=_CONFIG[one.standing],
    )
    if one.standing is Standing.REFUSED:
        told.error_state.details = one.error
    return told


def _is_asked_for(node: base_pb2.Node, matchers: Iterable[node_pb2.NodeMatcher]) -> bool:
    """One matcher has to fit; all of them are looked at, so that a wrong one is always told."""
    several = [_fits(node, one) for one in matchers]
    return not several or any(several)


def _fits(node: base_pb2.Node, matcher: node_pb2.NodeMatcher) -> bool:
    if matcher.node_metadatas:
        raise UnsupportedMatcherError("nodes are matched by `node_id` here, not by metadata")
    return not matcher.HasField("node_id") or _text_fits(node.id, matcher.node_id)


def _text_fits(text: str, matcher: string_pb2.StringMatcher) -> bool:
    text = text.lower() if matcher.ignore_case else text
    kind = matcher.WhichOneof("match_pattern")
    wanted = str(getattr(matcher, kind)) if kind else ""
    wanted = wanted.lower() if matcher.ignore_case else wanted
    if kind == "exact":
        return text == wanted
    if kind == "prefix":
        return text.startswith(wanted)
    if kind == "suffix":
        return text.endswith(wanted)
    if kind == "contains":
        return wanted in text
    raise UnsupportedMatcherError("`node_id` is matched by exact, prefix, suffix or contains")
