"""Fingerprints are stable, separated by domain, and unambiguous about where a part ends."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.confighash.fingerprint import fingerprint


def test_the_written_format_gives_the_digest() -> None:
    """Another implementation that follows the docstring arrives at the same digits."""
    framed = b"periplus-fingerprint/2\0route\0" + b"\0\0\0\0\0\0\0\x02ab" + b"\0" * 8
    expected = hashlib.sha256(framed).hexdigest()[:32]
    assert fingerprint("route", b"ab", b"") == expected


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param(("a", b"x"), ("b", b"x"), id="another domain"),
        pytest.param(("a", b"xy", b""), ("a", b"x", b"y"), id="another split"),
        pytest.param(("a", b"x", b"y"), ("a", b"y", b"x"), id="another order"),
        pytest.param(("a", b""), ("a",), id="an empty part is a part"),
    ],
)
def test_what_differs_has_another_fingerprint(
    left: tuple[str, bytes], right: tuple[str, bytes]
) -> None:
    """Domain, split, order and number of parts all count."""
    assert fingerprint(left[0], *left[1:]) != fingerprint(right[0], *right[1:])


@given(st.lists(st.binary(max_size=40)), st.lists(st.binary(max_size=40)))
def test_equal_exactly_when_the_parts_are_equal(left: list[bytes], right: list[bytes]) -> None:
    """No two different lists of parts were ever seen to collide."""
    assert (fingerprint("d", *left) == fingerprint("d", *right)) == (left == right)
