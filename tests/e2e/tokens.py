"""Signed tokens for tests: keys of one issuer, and of somebody who only says so."""

import base64
import json
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import load_pem_private_key

_PUBLIC_EXPONENT = 65537
_KEY_BITS = 2048
_CURVE_BYTES = 32
_IN_2001_S, _IN_2100_S = 1_000_000_000, 4_102_444_800
ENDED = "ended"
"""What the claims say as `life` for a token that is out of date."""


class Issuer:
    """Somebody with a key, who signs claims."""

    def __init__(self, name: str) -> None:
        """Make a key under a name."""
        self.name = name
        self._key = rsa.generate_private_key(_PUBLIC_EXPONENT, _KEY_BITS)

    @property
    def keys(self) -> str:
        """The public key as a JSON Web Key Set."""
        numbers = self._key.public_key().public_numbers()
        key = {
            "kty": "RSA",
            "use": "sig",
            "alg": "RS256",
            "kid": self.name,
            "n": _number(numbers.n),
            "e": _number(numbers.e),
        }
        return json.dumps({"keys": [key]})

    def sign(self, claims: Mapping[str, Any], algorithm: str = "RS256") -> str:
        """Return a token; it lasts, unless its `life` has ended.

        With algorithm `none` nobody signs it.
        """
        given = dict(claims)
        ended = given.pop("life", "") == ENDED
        given.setdefault("exp", _IN_2001_S if ended else _IN_2100_S)
        head = {"alg": algorithm, "typ": "JWT", "kid": self.name}
        signed = f"{_part(head)}.{_part(given)}"
        if algorithm == "none":
            return f"{signed}."
        signature = self._key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{signed}.{_text(signature)}"


def altered(token: str, key_pem: bytes, changes: Mapping[str, Any]) -> str:
    """Return a token with other claims, signed with a key on the curve P-256."""
    head, claims, _ = token.split(".")
    signed = f"{head}.{_part({**json.loads(_bytes(claims)), **changes})}"
    key = load_pem_private_key(key_pem, None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError("the key is on no curve")
    numbers = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{signed}.{_text(b''.join(one.to_bytes(_CURVE_BYTES, 'big') for one in numbers))}"


def unsigned(token: str) -> str:
    """Return a token that says that nobody signed it, with the claims of another."""
    return f"{_part({'alg': 'none', 'typ': 'JWT'})}.{token.split('.')[1]}."


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _part(value: Mapping[str, Any]) -> str:
    return _text(json.dumps(value).encode())


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _number(value: int) -> str:
    return _text(value.to_bytes((value.bit_length() + 7) // 8, "big"))
