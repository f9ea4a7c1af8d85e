"""Tests of the column types."""

import pytest

from libs.adapters.sql.columns import storable


@pytest.mark.parametrize(
    "text", ["", "plain", "Größe 日本 \N{PILE OF POO}", "\x01\n\x7f", "e\u0301"]
)
def test_text_that_databases_can_hold_stays(text: str) -> None:
    """Nothing but NUL and lone surrogates is touched."""
    assert storable(text) == text


@pytest.mark.parametrize(
    ("text", "stored"),
    [("a\0b", "a\ufffdb"), ("\ud800", "\ufffd"), ("ä\0\udfff", "ä\ufffd\ufffd")],
)
def test_text_that_databases_cannot_hold_is_marked(text: str, stored: str) -> None:
    """NUL and lone surrogates become the replacement character, one by one."""
    assert storable(text) == stored
