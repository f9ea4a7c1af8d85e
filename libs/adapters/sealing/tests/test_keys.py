"""Keys that seal and open."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from libs.adapters.sealing.keys import SealingKeyError, key_id, keyring, new_pair, public_key


def test_a_private_key_is_found_by_the_id_of_its_public_key() -> None:
    """Old and new keys stand side by side."""
    pairs = [new_pair(), new_pair()]
    ring = keyring(private for private, _ in pairs)
    assert list(ring) == [key_id(public_key(public)) for _, public in pairs]


def test_another_kind_of_key_or_no_key_is_refused_without_being_shown() -> None:
    """Somebody who mixes up files sees which kind is wanted."""
    other = generate_private_key(SECP256R1())
    private = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = other.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for text in (private, b"planted-text"):
        with pytest.raises(SealingKeyError) as refused:
            keyring([text])
        assert "planted" not in str(refused.value)
    for text in (public, b"planted-text"):
        with pytest.raises(SealingKeyError) as refused:
            public_key(text)
        assert "planted" not in str(refused.value)
