"""Secrets that are sealed for one place."""

import base64

import pytest

from libs.adapters.sealing.keys import keyring, new_pair, public_key
from libs.adapters.sealing.sealed import OpeningError, as_written, opened, seal
from libs.meshapi.metadata import Metadata
from libs.meshapi.sealedsecret import SealedSecret
from libs.meshapi.secret import Secret

VALUE = "planted-value"
SECRET = Secret(
    metadata=Metadata(name="shop", namespace="edge"),
    type="kubernetes.io/tls",
    data={"tls.crt": base64.b64encode(VALUE.encode()).decode()},
    string_data={"tls.key": VALUE},
)


def test_what_is_sealed_opens_to_the_same_values() -> None:
    """Values are in base64 afterwards, whichever way they were written."""
    private, public = new_pair()
    sealed = seal(SECRET, public_key(public))
    found = opened(sealed, keyring([private]))
    assert {key: base64.b64decode(text).decode() for key, text in found.data.items()} == {
        "tls.crt": VALUE,
        "tls.key": VALUE,
    }
    assert (found.key, found.type) == (SECRET.key, SECRET.type)


def test_nothing_of_a_value_is_in_the_sealed_form() -> None:
    """Neither in clear nor in base64, and no two sealings are alike."""
    public = public_key(new_pair()[1])
    texts = [str(as_written(seal(SECRET, public))) for _ in range(2)]
    assert texts[0] != texts[1]
    for text in texts:
        assert VALUE not in text
        assert base64.b64encode(VALUE.encode()).decode() not in text


def _elsewhere(sealed: SealedSecret, name: str, namespace: str) -> SealedSecret:
    return sealed.model_copy(update={"metadata": Metadata(name=name, namespace=namespace)})


def _swapped(sealed: SealedSecret) -> SealedSecret:
    first, second = sealed.spec.sealed_data.items()
    data = {first[0]: second[1], second[0]: first[1]}
    return sealed.model_copy(update={"spec": sealed.spec.model_copy(update={"sealed_data": data})})


def test_a_value_opens_only_where_it_was_sealed_for() -> None:
    """Nobody who may write one namespace can take what was sealed for another."""
    private, public = new_pair()
    sealed = seal(SECRET, public_key(public))
    ring = keyring([private])
    moved = (
        _elsewhere(sealed, "other", "edge"),
        _elsewhere(sealed, "shop", "other"),
        _swapped(sealed),
    )
    for one in moved:
        with pytest.raises(OpeningError, match="not sealed for this place"):
            opened(one, ring)


def test_without_its_key_a_secret_stays_closed() -> None:
    """The id says which key is wanted."""
    sealed = seal(SECRET, public_key(new_pair()[1]))
    with pytest.raises(OpeningError, match=sealed.spec.key_id):
        opened(sealed, keyring([new_pair()[0]]))
