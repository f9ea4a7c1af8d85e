"""Conditions on what filters noted."""

from typing import Any

import pytest
from google.protobuf.json_format import ParseDict
from protogen.envoy.type.matcher.v3 import metadata_pb2

from libs.routing.metadata import noted_holds
from libs.routing.outcome import UndecidedError

_NOTED = {"f": {"payload": {"plan": "gold", "groups": ["a", "b"], "deep": {"x": "y"}, "on": True}}}
_A = {"string_match": {"exact": "a"}}
_EITHER = {"or_match": {"value_matchers": [_A, {"list_match": {"one_of": _A}}]}}


def _holds(path: str, value: dict[str, Any], **more: Any) -> bool:
    keys = [{"key": key} for key in path.split(".")]
    made = {"filter": "f", "path": keys, "value": value, **more}
    return noted_holds(ParseDict(made, metadata_pb2.MetadataMatcher()), _NOTED)


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("payload.plan", {"string_match": {"exact": "gold"}}, True),
        ("payload.plan", _EITHER, False),
        ("payload.groups", _EITHER, True),
        ("payload.groups", _A, False),
        ("payload.deep.x", {"string_match": {"prefix": "y"}}, True),
        ("payload.deep.x.z", {"present_match": True}, False),
        ("payload.none", {"present_match": True}, False),
        ("payload.on", {"bool_match": True}, True),
    ],
)
def test_a_value_is_found_under_its_path(
    path: str, value: dict[str, Any], *, expected: bool
) -> None:
    """A text, a list with it, or neither."""
    assert _holds(path, value) == expected
    assert _holds(path, value, invert=True) != expected


def test_other_conditions_are_not_guessed() -> None:
    """They are named."""
    with pytest.raises(UndecidedError, match="double_match"):
        _holds("payload.plan", {"double_match": {"exact": 1.0}})
