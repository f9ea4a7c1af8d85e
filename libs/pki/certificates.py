"""Certificates as texts in PEM, and what one says."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from libs.pki.errors import PkiError
from libs.pki.spiffe import SpiffeId, parse_spiffe_id

PEM_BYTES_MAX: Final = 256 * 1024
CERTIFICATES_MAX: Final = 32


@dataclass(frozen=True, slots=True)
class Facts:
    """What people want to know of a certificate. Times are seconds since the epoch."""

    subject: str
    issuer: str
    serial: str
    fingerprint: str
    names: tuple[str, ...]
    authority: bool
    valid_from_s: float
    valid_until_s: float


def read_certificates(pem: bytes, what: str) -> tuple[x509.Certificate, ...]:
    """Read all certificates of a text, in their order.

    Raises PkiError, naming `what`, when there is none, too many, or one that cannot be read.
    """
    if len(pem) > PEM_BYTES_MAX:
        raise PkiError(f"{what} has more than {PEM_BYTES_MAX} bytes")
    try:
        found = tuple(x509.load_pem_x509_certificates(pem))
    except ValueError as error:
        raise PkiError(f"{what} holds no certificates in PEM") from error
    if len(found) > CERTIFICATES_MAX:
        raise PkiError(f"{what} has more than {CERTIFICATES_MAX} certificates")
    return found


def pem_of(certificates: Iterable[x509.Certificate]) -> bytes:
    """Return certificates as one text, in their order."""
    return b"".join(one.public_bytes(Encoding.PEM) for one in certificates)


def fingerprint(certificate: x509.Certificate) -> str:
    """Return the SHA-256 of a certificate in hexadecimal digits."""
    return certificate.fingerprint(SHA256()).hex()


def is_self_issued(certificate: x509.Certificate) -> bool:
    """Tell whether a certificate stands for itself, as roots do."""
    return certificate.issuer == certificate.subject


def is_authority(certificate: x509.Certificate) -> bool:
    """Tell whether it may sign others."""
    try:
        basic = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    except (x509.ExtensionNotFound, ValueError):
        return False
    return basic.ca


def identity_of(certificate: x509.Certificate) -> SpiffeId:
    """Return whom a certificate names. Raises PkiError unless it is exactly one workload."""
    uris = _names(certificate).get_values_for_type(x509.UniformResourceIdentifier)
    if len(uris) != 1:
        raise PkiError(f"the certificate names {len(uris)} identities; exactly one is needed")
    return parse_spiffe_id(uris[0])


def facts(certificate: x509.Certificate) -> Facts:
    """Say what a certificate is."""
    return Facts(
        subject=certificate.subject.rfc4514_string(),
        issuer=certificate.issuer.rfc4514_string(),
        serial=format(certificate.serial_number, "x"),
        fingerprint=fingerprint(certificate),
        names=tuple(str(one.value) for one in _names(certificate)),
        authority=is_authority(certificate),
        valid_from_s=certificate.not_valid_before_utc.timestamp(),
        valid_until_s=certificate.not_valid_after_utc.timestamp(),
    )


def moment(at_s: float) -> datetime:
    """Return seconds since the epoch as certificates write times: in UTC, whole seconds."""
    return datetime.fromtimestamp(int(at_s), UTC)


def _names(certificate: x509.Certificate) -> x509.SubjectAlternativeName:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return x509.SubjectAlternativeName([])
    except ValueError as error:
        raise PkiError("the names of the certificate cannot be read") from error
    return found.value
