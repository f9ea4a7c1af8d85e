"""Whether a private key belongs to a certificate, which Envoy refuses to take otherwise."""

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

_CERTIFICATE = b"-----BEGIN CERTIFICATE-----"
_KEY_END = b"PRIVATE KEY-----"


def pair_fault(chain: bytes, key: bytes) -> str:
    """Say what is wrong with a pair in PEM, without any of it; empty where nothing is."""
    if _CERTIFICATE not in chain or _KEY_END not in key:
        return "holds no certificate and key in PEM"
    try:
        certificate = x509.load_pem_x509_certificates(chain)[0].public_key()
    except ValueError:
        return "holds a certificate that cannot be read"
    try:
        own = load_pem_private_key(key, password=None).public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return "holds a key that cannot be read without a password"
    form = Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    fits = certificate.public_bytes(*form) == own.public_bytes(*form)
    return "" if fits else "holds a key that is not the one of its certificate"
