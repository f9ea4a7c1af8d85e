"""Asks frontends what proxies have, for people."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

import grpc
from protogen.envoy.service.status.v3 import csds_pb2

from libs.adapters.xdsgrpc.clientstatus import LOADS_SERVICE, SERVICE, STANDINGS
from libs.kernel.ids import ProxyId, ResourceName, TypeUrl, Version
from libs.kernel.looperrors import TransientError
from libs.pki.holding import Holding as Certificate
from libs.xdsproto.holdings import Holding
from libs.xdsproto.loads import Load

TIMEOUT_S: Final = 20.0
REPLY_BYTES_MAX: Final = 256 * 1024 * 1024
_WORDS_MAX: Final = 200
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class StatusClient:
    """Asks the client status service at `host:port` or `unix:/path`.

    With a certificate it speaks mutual TLS, without one in the clear.
    """

    address: str
    certificate: Certificate | None = None

    def holdings(self, containing: str) -> Mapping[ProxyId, tuple[Holding, ...]]:
        """Return what each connected proxy has whose id contains a text; empty means all.

        Raises TransientError.
        """
        request = csds_pb2.ClientStatusRequest()
        if containing:
            request.node_matchers.add().node_id.contains = containing
        with self._channel() as channel:
            fetch = channel.unary_unary(
                f"/{SERVICE}/FetchClientStatus",
                request_serializer=csds_pb2.ClientStatusRequest.SerializeToString,
                response_deserializer=csds_pb2.ClientStatusResponse.FromString,
            )
            response = self._told(lambda: fetch(request, timeout=TIMEOUT_S))
        found: dict[ProxyId, tuple[Holding, ...]] = {}
        for one in response.config:
            proxy = ProxyId(one.node.id)
            found[proxy] = (*found.get(proxy, ()), *map(_holding, one.generic_xds_configs))
        return found

    def loads(self, containing: str) -> Mapping[ProxyId, tuple[Load, ...]]:
        """Return what each proxy reported last whose id contains a text. Raises TransientError."""
        with self._channel() as channel:
            fetch: grpc.UnaryUnaryMultiCallable[bytes, bytes]
            fetch = channel.unary_unary(f"/{LOADS_SERVICE}/Fetch")
            told = self._told(lambda: fetch(containing.encode(), timeout=TIMEOUT_S))
        return {
            ProxyId(proxy): tuple(Load(**each) for each in loads)
            for proxy, loads in json.loads(told).items()
        }

    def _told(self, ask: Callable[[], T]) -> T:
        try:
            return ask()
        except grpc.RpcError as error:
            words = str(error.details())
            reason = f"{self.address} does not tell: {words[:_WORDS_MAX]}"
            raise TransientError(reason) from error

    def _channel(self) -> grpc.Channel:
        options = [("grpc.max_receive_message_length", REPLY_BYTES_MAX)]
        if self.certificate is None:
            return grpc.insecure_channel(self.address, options=options)
        shown = self.certificate
        credentials = grpc.ssl_channel_credentials(shown.roots_pem, shown.key_pem, shown.chain_pem)
        return grpc.secure_channel(self.address, credentials, options=options)


def _holding(one: csds_pb2.ClientConfig.GenericXdsConfig) -> Holding:
    return Holding(
        TypeUrl(one.type_url),
        ResourceName(one.name),
        Version(one.version_info),
        STANDINGS[one.config_status],
        one.error_state.details,
    )
