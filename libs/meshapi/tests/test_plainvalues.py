"""Plain values of files that hold no objects of ours."""

import pytest

from libs.meshapi.plainvalues import plain_values


def test_documents_are_read_as_objects_are() -> None:
    """With the same scalars, and tuples for lists."""
    assert [*plain_values(b"a: [1, yes]\n---\nb: 0x10\n")] == [{"a": (1, True)}, {"b": 16}]


@pytest.mark.parametrize(
    "data",
    [b"\xff", b"a: [", b"a: 1\na: 2\n", b"[" * 5000, b"a: !x 1\n", b" " * 2_000_000],
    ids=["no text", "no YAML", "a key twice", "too deep", "a tag", "too large"],
)
def test_what_cannot_be_read_is_none(data: bytes) -> None:
    """Nobody takes it for something that says nothing."""
    assert [*plain_values(data)] == [None]
