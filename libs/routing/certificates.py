"""Whether a server takes what a client shows: a certificate, or none.

Who vouches for the mesh's own certificate is trusted wherever an authority is asked for; of others
nobody here can say.
"""

from protogen.envoy.extensions.transport_sockets.tls.v3 import common_pb2, tls_pb2

from libs.routing import texts
from libs.routing.call import MESH_CERTIFICATE, Call, Tls
from libs.routing.outcome import FailedError, Failure, UndecidedError

_Validation = common_pb2.CertificateValidationContext
_SPIFFE = "spiffe://"


def check(context: tls_pb2.DownstreamTlsContext, call: Call) -> None:
    """Raise FailedError where the server refuses what the client of an encrypted call shows."""
    validation = _validation(context.common_tls_context)
    if call.tls is not Tls.MTLS:
        required = context.require_client_certificate.value and _has_authority(context)
        if required or _demanded(validation):
            raise FailedError(Failure.MTLS_ERROR)
        return
    if validation is None or validation.trust_chain_verification == _Validation.ACCEPT_UNTRUSTED:
        return
    if call.client_cert != MESH_CERTIFICATE:
        raise UndecidedError(f"whether certificate {call.client_cert} is trusted")
    if validation.verify_certificate_hash or validation.verify_certificate_spki:
        raise UndecidedError("whether the certificate of the mesh has the listed hash")
    if validation.match_typed_subject_alt_names:
        _check_name(validation, call)


def _validation(common: tls_pb2.CommonTlsContext) -> _Validation | None:
    """Return what is asked of certificates; authorities that come over SDS are as good as here."""
    kind = common.WhichOneof("validation_context_type")
    if kind == "validation_context":
        return common.validation_context
    if kind == "combined_validation_context":
        return common.combined_validation_context.default_validation_context
    return _Validation() if kind is not None else None


def _has_authority(context: tls_pb2.DownstreamTlsContext) -> bool:
    """Envoy requires a certificate only where it has an authority to judge it by."""
    common = context.common_tls_context
    validation = _validation(common)
    if common.WhichOneof("validation_context_type") != "validation_context":
        return validation is not None
    return common.validation_context.HasField("trusted_ca")


def _demanded(validation: _Validation | None) -> bool:
    """Say whether a client has to show a certificate because something is asked of it."""
    if validation is None or validation.trust_chain_verification == _Validation.ACCEPT_UNTRUSTED:
        return False
    return bool(
        validation.verify_certificate_hash
        or validation.verify_certificate_spki
        or validation.match_typed_subject_alt_names
    )


def _check_name(validation: _Validation, call: Call) -> None:
    """The name in the mesh's certificate is the caller's principal.

    Without one it is of a trust domain that the mesh takes, and not known any further.
    """
    principal = call.source.get("principal", "").removeprefix(_SPIFFE)
    matchers = [one.matcher for one in validation.match_typed_subject_alt_names]
    if not principal and all(one.WhichOneof("match_pattern") == "prefix" for one in matchers):
        return
    if not principal:
        raise UndecidedError("match_typed_subject_alt_names without a source principal in the call")
    name = f"{_SPIFFE}{principal}"
    if not any(texts.matches(one, name) for one in matchers):
        raise FailedError(Failure.MTLS_ERROR)
