"""Private and public keys: which kinds are good enough, and their form in PEM."""

from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from libs.pki.errors import PkiError

RSA_BITS_MIN: Final = 2048
RSA_BITS_MAX: Final = 4096
"""Larger keys only cost whoever has to verify them."""

_CURVES: Final = ("secp256r1", "secp384r1")

SigningKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def new_key() -> ec.EllipticCurvePrivateKey:
    """Return a new key on P-256, from the randomness of the operating system."""
    return ec.generate_private_key(ec.SECP256R1())


def key_pem(key: SigningKey) -> bytes:
    """Return a private key as PKCS 8 in PEM, without a password."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def read_key(pem: bytes, what: str) -> SigningKey:
    """Read a private key. Raises PkiError, which says `what` is unusable and shows none of it."""
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise PkiError(f"{what} holds no private key in PEM without a password") from None
    fault = weakness(key.public_key())
    if fault or not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise PkiError(f"{what}: {fault}")
    return key


def weakness(public: object) -> str:
    """Say why a key may not be used; empty for one on P-256 or P-384, or RSA of fair size."""
    match public:
        case ec.EllipticCurvePublicKey() if public.curve.name in _CURVES:
            return ""
        case rsa.RSAPublicKey() if RSA_BITS_MIN <= public.key_size <= RSA_BITS_MAX:
            return ""
        case rsa.RSAPublicKey():
            return f"an RSA key has {RSA_BITS_MIN} to {RSA_BITS_MAX} bits, not {public.key_size}"
    return "the key is neither on P-256 or P-384 nor RSA; make one of those"
