"""Which key sets Envoy takes. That it refuses a token without its key is held by tables."""

import base64
import hashlib

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from libs.envoy.jwks import BYTES_MAX, NOBODYS, usable

_POINT = orjson.loads(NOBODYS)["keys"][0]


def _set(**more: str) -> str:
    return orjson.dumps({"keys": [{**_POINT, **more}]}).decode()


def test_nobodys_key_is_the_hash_of_a_sentence() -> None:
    """A point that is made so has no private key that anybody could have kept."""
    sentence = b"periplus: nobody has the key to this point 0"
    x = int.from_bytes(hashlib.sha256(sentence).digest(), "big")
    point = b"\x02" + x.to_bytes(32, "big")
    numbers = [
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sign + point[1:])
        .public_numbers()
        .y
        for sign in (b"\x02", b"\x03")
    ]
    encoded = base64.urlsafe_b64encode(min(numbers).to_bytes(32, "big")).rstrip(b"=").decode()
    assert encoded == _POINT["y"]
    assert base64.urlsafe_b64decode(_POINT["x"] + "=") == x.to_bytes(32, "big")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(NOBODYS, True, id="a key on its curve"),
        pytest.param('{"keys": [1, ' + orjson.dumps(_POINT).decode() + "]}", True, id="one of two"),
        pytest.param('{"keys": []}', False, id="no key"),
        pytest.param("{}", False, id="no keys"),
        pytest.param("[]", False, id="no set"),
        pytest.param("keys", False, id="no JSON"),
        pytest.param(_set(x="AAAA"), False, id="a point beside its curve"),
        pytest.param(_set(x="not base64!"), False, id="a number that is none"),
        pytest.param(_set(crv="P-1"), False, id="a curve that nobody knows"),
        pytest.param(_set(alg="RS256"), False, id="an algorithm of other keys"),
        pytest.param(_set(kty="none"), False, id="a kind that nobody knows"),
        pytest.param(" " * (BYTES_MAX + 1), False, id="more than the limit"),
    ],
)
def test_a_set_needs_a_key_that_can_verify(text: str, *, expected: bool) -> None:
    """Everything else would make Envoy refuse the listener."""
    assert usable(text) == expected
