"""Identities in their one spelling."""

import pytest

from libs.pki.errors import PkiError
from libs.pki.spiffe import SpiffeId, parse_spiffe_id


def test_an_identity_is_read_as_it_is_written() -> None:
    """Text and value are two forms of the same."""
    text = "spiffe://cluster.local/ns/shop/sa/cart.v2"
    assert parse_spiffe_id(text) == SpiffeId("cluster.local", "shop", "cart.v2")
    assert str(parse_spiffe_id(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://cluster.local/ns/shop/sa/cart",
        "spiffe://cluster.local/ns/shop/sa/cart/",
        "spiffe://cluster.local/ns/shop/sa/",
        "spiffe://cluster.local/ns//sa/cart",
        "spiffe://cluster.local/ns/shop/sa/cart?x",
        "spiffe://cluster.local/ns/shop/../sa/cart",
        "spiffe://cluster.local/ns/Shop/sa/cart",
        "spiffe://CLUSTER.local/ns/shop/sa/cart",
        "spiffe://u@cluster.local/ns/shop/sa/cart",
        "spiffe://cluster.local/ns/sh%6fp/sa/cart",
        "spiffe://cluster.local/ns/shop/sa/cart\n",
        "spiffe://cluster.local:80/ns/shop/sa/cart",
        "spiffe://cluster.local/sa/cart/ns/shop",
        f"spiffe://cluster.local/ns/shop/sa/{'a' * 2048}",
    ],
)
def test_nothing_else_is_an_identity(text: str) -> None:
    """Other spellings of the same workload could slip past a rule that names it."""
    with pytest.raises(PkiError):
        parse_spiffe_id(text)
