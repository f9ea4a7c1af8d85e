"""Keys that seal and open: X25519, written as PEM."""

import hashlib
from collections.abc import Iterable, Mapping

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from libs.meshapi.sealedsecret import KEY_ID_LENGTH

Keyring = Mapping[str, X25519PrivateKey]
"""Private keys by the id of their public key. Old ones stay, so that old values still open."""


class SealingKeyError(ValueError):
    """Text that is no key for sealing; the message says what it should be, never what it is."""


def new_pair() -> tuple[bytes, bytes]:
    """Return a new private key and its public key, both in PEM."""
    private = X25519PrivateKey.generate()
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    written = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return written, public


def public_key(pem: bytes) -> X25519PublicKey:
    """Read a public key. Raises SealingKeyError."""
    try:
        found = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise SealingKeyError(
            "this is no public key in PEM; make one with `periplus seal-key`"
        ) from error
    if not isinstance(found, X25519PublicKey):
        raise SealingKeyError("this key is not of kind X25519; make one with `periplus seal-key`")
    return found


def keyring(pems: Iterable[bytes]) -> Keyring:
    """Read private keys. Raises SealingKeyError; nothing of a key is in its text."""
    found: dict[str, X25519PrivateKey] = {}
    for pem in pems:
        try:
            private = load_pem_private_key(pem, password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise SealingKeyError("this is no private key in PEM without a password") from None
        if not isinstance(private, X25519PrivateKey):
            raise SealingKeyError("this key is not of kind X25519")
        found[key_id(private.public_key())] = private
    return found


def key_id(public: X25519PublicKey) -> str:
    """Return the name of a key: the start of the fingerprint of its public part."""
    raw = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()[:KEY_ID_LENGTH]
