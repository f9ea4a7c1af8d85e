"""Requests are taken when their key is strong and has signed them."""

import base64

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from libs.pki.errors import PkiError
from libs.pki.keys import new_key
from libs.pki.requests import REQUEST_BYTES_MAX, new_request, read_request
from libs.pki.tests.ladders import SHOP


def test_a_request_says_key_and_names() -> None:
    """What we write, we read."""
    key = new_key()
    request = read_request(new_request(key, SHOP))
    assert request.public_key == key.public_key()
    assert request.names == (str(SHOP),)


def test_a_request_without_names_is_fine() -> None:
    """The names come from the caller's identity, not from the request."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    pem = builder.sign(new_key(), SHA256()).public_bytes(Encoding.PEM)
    assert read_request(pem).names == ()


def test_a_changed_request_is_refused() -> None:
    """Its signature no longer holds, so that nobody has shown to have the key."""
    lines = new_request(new_key(), SHOP).decode().splitlines()
    body = bytearray(base64.b64decode("".join(lines[1:-1])))
    body[body.index(b"/sa/cart") + 4] = ord("k")
    changed = [lines[0], base64.b64encode(bytes(body)).decode(), lines[-1], ""]
    with pytest.raises(PkiError, match="not signed"):
        read_request("\n".join(changed).encode())


def test_weak_large_and_foreign_requests_are_refused() -> None:
    """Each with its own sentence."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    weak = builder.sign(rsa.generate_private_key(65537, 1024), SHA256())  # noqa: S505 - weak on purpose
    for pem, said in (
        (weak.public_bytes(Encoding.PEM), "1024"),
        (b"x" * (REQUEST_BYTES_MAX + 1), "bytes"),
        (b"hello", "PKCS 10"),
    ):
        with pytest.raises(PkiError, match=said):
            read_request(pem)
