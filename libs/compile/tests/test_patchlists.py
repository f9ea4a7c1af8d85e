"""What an operation does to a list of named things."""

import pytest
from protogen.envoy.config.listener.v3 import listener_components_pb2 as lc

from libs.compile.patchlists import Choice, changed
from libs.compile.tests.patchcases import patch, patches


@pytest.mark.parametrize(
    ("operation", "name", "expected"),
    [
        ("ADD", "", "a b n"),
        ("INSERT_FIRST", "b", "n a b"),
        ("INSERT_BEFORE", "b", "a n b"),
        ("INSERT_AFTER", "a", "a n b"),
        ("INSERT_BEFORE", "", "n a b"),
        ("INSERT_AFTER", "", "a b n"),
        ("INSERT_BEFORE", "c", "a b"),
        ("INSERT_AFTER", "c", "a b"),
        ("REPLACE", "a", "n b"),
        ("REPLACE", "c", "a b"),
        ("REPLACE", "", "a b"),
        ("REMOVE", "a", "b"),
        ("REMOVE", "", "a b"),
        ("MERGE", "a", "a b"),
    ],
)
def test_an_operation_finds_its_place(operation: str, name: str, expected: str) -> None:
    """Next to something that is not there nothing is added, and nothing unnamed is removed."""
    (one,) = patches(patch("NETWORK_FILTER", operation, {"name": "n"}))
    choice: Choice[lc.Filter] = Choice(lambda each: each.name == name or not name, named=bool(name))
    found = changed([lc.Filter(name="a"), lc.Filter(name="b")], one, choice)
    assert " ".join(each.name for each in found) == expected
