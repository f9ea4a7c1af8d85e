"""The gRPC server that workloads ask for certificates."""

from collections.abc import Iterable

import grpc
from protogen.istio.v1.auth import ca_pb2

from libs.adapters.cagrpc.calls import Certifier, RefusalKind, RefusedError, SigningCall
from libs.adapters.cagrpc.limits import CaLimits
from libs.kernel.looperrors import StalledError
from libs.pki.shown import shown_pem

SERVICE = "istio.v1.auth.IstioCertificateService"
METHOD = "CreateCertificate"
TOKEN_KEY = "authorization"  # noqa: S105 - the name of a header
CLUSTER_KEY = "clusterid"
SCHEME = "Bearer "
_CLUSTER_FIELD = "ClusterID"
_IMPERSONATED_FIELD = "ImpersonatedIdentity"

Request = ca_pb2.IstioCertificateRequest
Answer = ca_pb2.IstioCertificateResponse
Context = grpc.aio.ServicerContext[Request, Answer]

_STATUS = {
    RefusalKind.UNKNOWN_CALLER: grpc.StatusCode.UNAUTHENTICATED,
    RefusalKind.NOT_ALLOWED: grpc.StatusCode.PERMISSION_DENIED,
    RefusalKind.BAD_REQUEST: grpc.StatusCode.INVALID_ARGUMENT,
    RefusalKind.TOO_MANY: grpc.StatusCode.RESOURCE_EXHAUSTED,
    RefusalKind.TRY_LATER: grpc.StatusCode.UNAVAILABLE,
}


class CaServer:
    """Serves one certifier in the loop that starts it."""

    def __init__(self, certifier: Certifier, *, limits: CaLimits | None = None) -> None:
        """Prepare; `listen` says where."""
        self._certifier = certifier
        self._limits = limits or CaLimits()
        self._server: grpc.aio.Server | None = None

    async def start(self, doors: Iterable[tuple[str, grpc.ServerCredentials]]) -> list[str]:
        """Listen on each address with its own credentials; return them with the real ports.

        Raises `StalledError` when one cannot be bound.
        """
        server = grpc.aio.server(
            options=self._limits.server_options(),
            maximum_concurrent_rpcs=self._limits.calls_max,
        )
        method = grpc.unary_unary_rpc_method_handler(
            self._create, Request.FromString, Answer.SerializeToString
        )
        handler = grpc.method_handlers_generic_handler(SERVICE, {METHOD: method})
        server.add_generic_rpc_handlers((handler,))
        addresses = []
        for address, credentials in doors:
            try:
                port = server.add_secure_port(address, credentials)
            except RuntimeError as error:
                await server.stop(None)
                raise StalledError(f"cannot listen for workloads on {address}") from error
            addresses.append(f"{address.rpartition(':')[0]}:{port}")
        await server.start()
        self._server = server
        return addresses

    async def stop(self, grace_s: float) -> None:
        """Accept nothing new, and wait at most `grace_s` seconds for what is being signed."""
        if self._server is not None:
            await self._server.stop(grace_s)

    async def _create(self, request: Request, context: Context) -> Answer:
        try:
            made = await self._certifier.certify(_call(request, context))
        except RefusedError as error:
            await context.abort(_STATUS[error.kind], error.text)
        chain = [one.decode() for one in (*made.certificates, made.roots)]
        return Answer(cert_chain=chain)


def _call(request: Request, context: Context) -> SigningCall:
    """Gather what says who is calling; the header counts before the body, as in Istio."""
    headers = dict(context.invocation_metadata() or ())
    said = request.metadata.fields
    return SigningCall(
        request_pem=request.csr.encode(),
        life_s=float(max(0, request.validity_duration)),
        token=_token(headers.get(TOKEN_KEY, "")),
        shown_pem=shown_pem(context.auth_context()),
        cluster=_text(headers.get(CLUSTER_KEY, "")) or said[_CLUSTER_FIELD].string_value,
        peer=context.peer(),
        impersonates=said[_IMPERSONATED_FIELD].string_value,
    )


def _token(header: str | bytes) -> str:
    text = _text(header)
    return text.removeprefix(SCHEME).strip() if text.startswith(SCHEME) else ""


def _text(header: str | bytes) -> str:
    return header if isinstance(header, str) else header.decode("utf-8", "replace")
