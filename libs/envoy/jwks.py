"""JSON Web Key Sets as Envoy takes them: it refuses a whole listener for a set without a key."""

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any, Final

import orjson
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

BYTES_MAX: Final = 1_048_576
_CURVES: Final[Mapping[str, tuple[type[ec.EllipticCurve], str]]] = {
    "P-256": (ec.SECP256R1, "ES256"),
    "P-384": (ec.SECP384R1, "ES384"),
    "P-521": (ec.SECP521R1, "ES512"),
}
NOBODYS: Final = (
    '{"keys":[{"kty":"EC","crv":"P-256","alg":"ES256","kid":"nobody",'
    '"x":"4qNMQh5ylvPzyLvCI0TpdTLr0yEKp_2ijtu3H5c-xbI",'
    '"y":"YbYdRMVYujfsJDbzos1A8VPszLM2SxVUTl_jluZgAAw"}]}'
)
"""A key for which nobody has the private one: its point is the hash of a sentence.

The sentence is `periplus: nobody has the key to this point 0`, by SHA-256. With this key every
token is refused.
"""


def usable(text: str) -> bool:
    """Say whether a set has a key that Envoy can verify signatures with."""
    if len(text) > BYTES_MAX:
        return False
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    keys = found.get("keys") if isinstance(found, dict) else None
    return isinstance(keys, list) and any(map(_is_key, keys))


def _is_key(one: Any) -> bool:
    if not isinstance(one, dict):
        return False
    make = _KINDS.get(str(one.get("kty")))
    try:
        return make is not None and make(one)
    except (ValueError, KeyError, TypeError, binascii.Error, UnsupportedAlgorithm):
        return False


def _rsa(one: Mapping[str, Any]) -> bool:
    rsa.RSAPublicNumbers(_number(one["e"]), _number(one["n"])).public_key()
    return str(one.get("alg", "RS")).startswith(("RS", "PS"))


def _curve(one: Mapping[str, Any]) -> bool:
    curve, algorithm = _CURVES[one["crv"]]
    ec.EllipticCurvePublicNumbers(_number(one["x"]), _number(one["y"]), curve()).public_key()
    return bool(one.get("alg", algorithm) == algorithm)


def _edwards(one: Mapping[str, Any]) -> bool:
    ed25519.Ed25519PublicKey.from_public_bytes(_bytes(one["x"]))
    return (str(one["crv"]), str(one.get("alg", "EdDSA"))) == ("Ed25519", "EdDSA")


def _shared(one: Mapping[str, Any]) -> bool:
    return bool(_bytes(one["k"])) and str(one.get("alg", "HS")).startswith("HS")


_KINDS: Final[Mapping[str, Callable[[Mapping[str, Any]], bool]]] = {
    "RSA": _rsa,
    "EC": _curve,
    "OKP": _edwards,
    "oct": _shared,
}


def _number(text: str) -> int:
    return int.from_bytes(_bytes(text), "big")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
