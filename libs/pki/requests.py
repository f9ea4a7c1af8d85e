"""Signing requests: what a workload asks, with the proof that it has the key."""

from dataclasses import dataclass
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from libs.pki.errors import PkiError
from libs.pki.keys import SigningKey, weakness
from libs.pki.spiffe import SpiffeId

REQUEST_BYTES_MAX: Final = 16 * 1024


@dataclass(frozen=True, slots=True)
class SigningRequest:
    """A request whose signature holds. `names` are those that it asks for, as texts."""

    public_key: CertificatePublicKeyTypes
    names: tuple[str, ...]


def new_request(key: SigningKey, identity: SpiffeId) -> bytes:
    """Return a request in PEM for one identity, signed with the key."""
    names = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(str(identity))])
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    signed = builder.add_extension(names, critical=True).sign(key, SHA256())
    return signed.public_bytes(Encoding.PEM)


def read_request(pem: bytes) -> SigningRequest:
    """Read a request. Raises PkiError for one that is too large, weak, broken or not signed."""
    if len(pem) > REQUEST_BYTES_MAX:
        raise PkiError(f"the signing request has more than {REQUEST_BYTES_MAX} bytes")
    try:
        request = x509.load_pem_x509_csr(pem)
        public = request.public_key()
        signed = request.is_signature_valid
    except (ValueError, UnsupportedAlgorithm) as error:
        raise PkiError("the signing request is no PKCS 10 request in PEM") from error
    fault = weakness(public)
    if fault:
        raise PkiError(f"the signing request: {fault}")
    if not signed:
        raise PkiError("the signing request is not signed with its own key")
    return SigningRequest(public, _names(request))


def _names(request: x509.CertificateSigningRequest) -> tuple[str, ...]:
    try:
        found = request.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return ()
    except ValueError as error:
        raise PkiError("the names in the signing request cannot be read") from error
    return tuple(str(one.value) for one in found.value)
