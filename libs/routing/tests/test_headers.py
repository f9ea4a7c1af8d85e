"""Header operations."""

from typing import Any

import pytest
from google.protobuf.json_format import ParseDict
from protogen.envoy.config.route.v3 import route_components_pb2 as rc

from libs.routing.headers import applied, request_steps, response_steps
from libs.routing.outcome import UndecidedError


def _route(option: dict[str, Any], value: str = "new") -> rc.Route:
    added = {"header": {"key": "X-A", "value": value}, **option}
    return ParseDict({"request_headers_to_add": [added]}, rc.Route())


@pytest.mark.parametrize(
    ("option", "there", "missing"),
    [
        ({}, ("old", "new"), ("new",)),
        ({"append_action": "ADD_IF_ABSENT"}, ("old",), ("new",)),
        ({"append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}, ("new",), ("new",)),
        ({"append_action": "OVERWRITE_IF_EXISTS"}, ("new",), None),
        ({"append": False}, ("new",), ("new",)),
    ],
)
def test_a_header_is_added_as_its_option_says(
    option: dict[str, Any], there: tuple[str, ...], missing: tuple[str, ...] | None
) -> None:
    """What happens depends on whether the header is there already."""
    steps = request_steps(_route(option))
    assert applied({"x-a": ("old",)}, steps)["x-a"] == there
    assert applied({}, steps).get("x-a") == missing


def test_removing_comes_before_adding() -> None:
    """A header that one route removes and adds has the added value only."""
    text = {
        "response_headers_to_remove": ["x-a"],
        "response_headers_to_add": [{"header": {"key": "x-a", "value": "1%%"}}],
    }
    steps = response_steps(ParseDict(text, rc.Route()))
    assert applied({"x-a": ("0",), "x-b": ("0",)}, steps) == {"x-b": ("0",), "x-a": ("1%",)}


def test_a_value_that_envoy_fills_in_is_not_decided() -> None:
    """A command in a value depends on more than the call."""
    with pytest.raises(UndecidedError, match="PROTOCOL"):
        request_steps(_route({}, "%PROTOCOL%"))


def test_an_empty_value_adds_nothing() -> None:
    """Envoy leaves out headers without a value unless it is told to keep them."""
    assert request_steps(_route({}, "")) == ()
    assert len(request_steps(_route({"keep_empty_value": True}, ""))) == 1


def test_setting_comes_before_adding_wherever_it_stands() -> None:
    """A header that is added and then set has both values."""
    added = {"header": {"key": "x-a", "value": "added"}}
    put = {"header": {"key": "x-a", "value": "set"}, "append_action": 2}
    steps = request_steps(ParseDict({"request_headers_to_add": [added, put]}, rc.Route()))
    assert applied({"x-a": ("old",)}, steps) == {"x-a": ("set", "added")}
