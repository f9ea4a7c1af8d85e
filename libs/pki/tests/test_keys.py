"""Which keys are good enough, and what is said of others."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)

from libs.pki.errors import PkiError
from libs.pki.keys import key_pem, new_key, read_key, weakness


def test_a_new_key_is_read_again() -> None:
    """The form in PEM holds the same key."""
    key = new_key()
    again = read_key(key_pem(key), "key")
    assert again.public_key() == key.public_key()
    assert new_key().public_key() != key.public_key()


def test_common_kinds_are_good_enough() -> None:
    """P-256, P-384 and RSA of 2048 bits, which Istio's agents make."""
    assert weakness(ec.generate_private_key(ec.SECP384R1()).public_key()) == ""
    assert weakness(rsa.generate_private_key(65537, 2048).public_key()) == ""


def test_weak_and_strange_kinds_are_not() -> None:
    """The reason is a sentence."""
    assert "1024" in weakness(rsa.generate_private_key(65537, 1024).public_key())  # noqa: S505 - weak on purpose
    assert weakness(ec.generate_private_key(ec.SECP521R1()).public_key())
    assert weakness(ed25519.Ed25519PrivateKey.generate().public_key())


def test_what_is_no_key_is_refused_without_a_word_of_it() -> None:
    """Neither the message nor its cause shows what was given."""
    locked = new_key().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")
    )
    broken = key_pem(new_key())[:120]
    for pem in (b"", b"secret stuff", broken, locked):
        with pytest.raises(PkiError, match="my key holds no private key") as caught:
            read_key(pem, "my key")
        assert caught.value.__cause__ is None
        assert pem == b"" or pem.decode() not in str(caught.value)
