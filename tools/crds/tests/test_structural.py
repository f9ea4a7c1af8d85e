"""The checker finds what an API server would refuse."""

from typing import Any

import pytest

from tools.crds.structural import faults

GOOD: dict[str, Any] = {
    "type": "object",
    "properties": {
        "a": {"type": "array", "items": {"type": "string"}},
        "b": {"x-kubernetes-preserve-unknown-fields": True},
        "c": {
            "anyOf": [{"type": "integer"}, {"type": "string"}],
            "x-kubernetes-int-or-string": True,
        },
        "d": {"type": "object", "additionalProperties": {"type": "integer"}},
    },
    "required": ["a"],
    "oneOf": [{"required": ["a"]}],
}


def test_a_structural_schema_has_no_faults() -> None:
    """Every form that is allowed is accepted."""
    assert list(faults(GOOD)) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"type": None}, "schema has no type"),
        ({"type": "any"}, "schema has type 'any'"),
        ({"$ref": "#/a"}, "schema.$ref is forbidden"),
        ({"uniqueItems": True}, "schema.uniqueItems is forbidden"),
        ({"required": ["z"]}, "schema requires z, which it does not have"),
        ({"additionalProperties": {"type": "string"}}, "schema has both properties and"),
        ({"properties": {"a": {}}}, "schema.a has no type"),
        ({"properties": {"a": {"type": "array"}}}, "schema.a has no items"),
        ({"properties": {"a": {"type": "array", "items": {}}}}, "schema.a[] has no type"),
        ({"properties": {"a": True}}, "schema.a is no mapping"),
        ({"oneOf": [{"type": "object"}]}, "schema.oneOf[0] has type"),
        ({"anyOf": [{"default": 1}]}, "schema.anyOf[0] has default"),
        ({"properties": {"a": {"type": "string", "enum": ["b", "b"]}}}, "schema.a has a word"),
    ],
)
def test_what_a_server_refuses_is_found(change: dict[str, Any], fault: str) -> None:
    """The path leads to it."""
    schema = {**GOOD, "required": [], **change}
    schema = {key: value for key, value in schema.items() if value is not None}
    assert any(one.startswith(fault) for one in faults(schema))
