"""A workload's side: asks an authority for a certificate."""

import grpc
from protogen.istio.v1.auth import ca_pb2

from libs.adapters.cagrpc.calls import Certified, SigningCall
from libs.adapters.cagrpc.limits import CaLimits
from libs.adapters.cagrpc.server import CLUSTER_KEY, METHOD, SCHEME, SERVICE, TOKEN_KEY
from libs.kernel.looperrors import StalledError, TransientError
from libs.pki.holding import Holding

TEXT_CHARS_MAX = 300
_PATH = f"/{SERVICE}/{METHOD}"
_REFUSALS = frozenset(
    {
        grpc.StatusCode.UNAUTHENTICATED,
        grpc.StatusCode.PERMISSION_DENIED,
        grpc.StatusCode.INVALID_ARGUMENT,
        grpc.StatusCode.UNIMPLEMENTED,
    }
)


class CaClient:
    """Asks the authority at `host:port`. `server_name` is what its certificate has to name."""

    def __init__(
        self, address: str, *, server_name: str = "", limits: CaLimits | None = None
    ) -> None:
        """Prepare; a connection is opened for each request and closed after it."""
        self._address = address
        self._limits = limits or CaLimits()
        self._options: list[tuple[str, str | int]] = [
            ("grpc.max_receive_message_length", self._limits.answer_bytes_max)
        ]
        if server_name:
            self._options.append(("grpc.ssl_target_name_override", server_name))

    async def certify(
        self, call: SigningCall, roots_pem: bytes, shown: Holding | None = None
    ) -> Certified:
        """Ask once, showing `shown` where given.

        Raises `StalledError` when the authority refuses, and `TransientError` when it is away,
        overloaded, or is not the one that `roots_pem` vouches for.
        """
        credentials = grpc.ssl_channel_credentials(
            roots_pem, shown.key_pem if shown else None, shown.chain_pem if shown else None
        )
        headers = [(CLUSTER_KEY, call.cluster)] if call.cluster else []
        if call.token:
            headers.append((TOKEN_KEY, SCHEME + call.token))
        request = ca_pb2.IstioCertificateRequest(
            csr=call.request_pem.decode(), validity_duration=int(call.life_s)
        )
        async with grpc.aio.secure_channel(self._address, credentials, self._options) as channel:
            method = channel.unary_unary(
                _PATH,
                request_serializer=ca_pb2.IstioCertificateRequest.SerializeToString,
                response_deserializer=ca_pb2.IstioCertificateResponse.FromString,
            )
            try:
                answer = await method(
                    request, metadata=headers, timeout=self._limits.call_timeout_s
                )
            except grpc.aio.AioRpcError as error:
                raise self._failure(error) from None
        return _certified(answer)

    def _failure(self, error: grpc.aio.AioRpcError) -> StalledError | TransientError:
        """Say what happened; the error itself would carry the token in its metadata."""
        said = f"the authority at {self._address}: {(error.details() or '')[:TEXT_CHARS_MAX]}"
        return StalledError(said) if error.code() in _REFUSALS else TransientError(said)


def _certified(answer: ca_pb2.IstioCertificateResponse) -> Certified:
    if len(answer.cert_chain) < 2:
        raise TransientError("the authority answered without a certificate and its roots")
    *certificates, roots = (one.encode() for one in answer.cert_chain)
    return Certified(certificates, roots)
