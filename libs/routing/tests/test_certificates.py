"""What servers ask of clients' certificates."""

from typing import Any

import pytest
from google.protobuf.json_format import ParseDict
from protogen.envoy.extensions.transport_sockets.tls.v3 import tls_pb2

from libs.routing import certificates
from libs.routing.outcome import FailedError, UndecidedError
from libs.routing.tests.envoys import call

_AUTHORITY = {"trusted_ca": {"filename": "ca.pem"}}
_NAMED = {
    **_AUTHORITY,
    "match_typed_subject_alt_names": [{"san_type": "URI", "matcher": {"exact": "spiffe://me"}}],
}
_HASHED = {**_AUTHORITY, "verify_certificate_hash": ["00"]}


def _check(validation: dict[str, Any] | None, **fields: Any) -> None:
    common = {} if validation is None else {"validation_context": validation}
    context = {
        "common_tls_context": common,
        "require_client_certificate": fields.pop("required", False),
    }
    certificates.check(ParseDict(context, tls_pb2.DownstreamTlsContext()), call(**fields))


@pytest.mark.parametrize(
    ("validation", "fields"), [(_AUTHORITY, {"required": True}), (_NAMED, {}), (_HASHED, {})]
)
def test_a_certificate_is_demanded_also_by_what_is_asked_of_it(
    validation: dict[str, Any], fields: dict[str, Any]
) -> None:
    """Envoy refuses a client without a certificate where names or hashes of one are listed."""
    with pytest.raises(FailedError, match="MTLSError"):
        _check(validation, tls="tls", **fields)


@pytest.mark.parametrize(
    ("validation", "required"),
    [
        (None, False),
        (_AUTHORITY, False),
        ({"trust_chain_verification": "ACCEPT_UNTRUSTED"}, True),
        ({**_HASHED, "trust_chain_verification": "ACCEPT_UNTRUSTED"}, False),
    ],
)
def test_a_client_without_a_certificate_is_taken_elsewhere(
    validation: dict[str, Any], *, required: bool
) -> None:
    """An authority alone only judges what is shown, and without one nothing can be required."""
    _check(validation, required=required, tls="tls")


def test_the_principal_of_the_caller_is_the_name_in_its_certificate() -> None:
    """With or without its scheme; another principal is refused."""
    for principal in ("me", "spiffe://me"):
        _check(_NAMED, tls="mtls", source={"principal": principal})
    with pytest.raises(FailedError, match="MTLSError"):
        _check(_NAMED, tls="mtls", source={"principal": "other"})


@pytest.mark.parametrize(
    ("validation", "fields"),
    [
        (_NAMED, {}),
        (_HASHED, {"source": {"principal": "me"}}),
        (_AUTHORITY, {"client_cert": "stranger"}),
    ],
)
def test_what_only_the_certificate_itself_tells_is_not_decided(
    validation: dict[str, Any], fields: dict[str, Any]
) -> None:
    """A name without a principal in the call, a hash, and the authority behind another one."""
    with pytest.raises(UndecidedError):
        _check(validation, tls="mtls", **fields)
