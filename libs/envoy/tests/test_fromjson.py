"""JSON that a user wrote is Envoy's message, or every fault in it is placed."""

from typing import Any

import pytest
from protogen.envoy.config.cluster.v3 import cluster_pb2
from protogen.envoy.extensions.filters.network.http_connection_manager.v3 import (
    http_connection_manager_pb2 as hcm_pb2,
)

from libs.envoy.fromjson import FormError, message_from

_LUA = "type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua"


def test_both_spellings_of_a_field_are_read() -> None:
    """Proto3 JSON takes camelCase and the field's own name; tuples are lists."""
    one = message_from({"connectTimeout": "1s", "health_checks": ({},)}, cluster_pb2.Cluster)
    assert (one.connect_timeout.seconds, len(one.health_checks)) == (1, 1)


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ({"nam": "a"}, ("nam",)),
        ({"typed_config": {}}, ("typed_config",)),
        ({"typed_config": {"@type": "x/envoy.Unknown"}}, ("typed_config", "@type")),
        ({"typed_config": {"@type": _LUA, "cod": ""}}, ("typed_config", "cod")),
        ({"typed_config": {"@type": _LUA, "source_codes": {"a": {"b": 1}}}}, None),
        ({"name": 5}, ()),
    ],
)
def test_a_fault_has_a_place(value: dict[str, Any], path: tuple[str, ...] | None) -> None:
    """Unknown fields and types are found at any depth."""
    with pytest.raises(FormError) as raised:
        message_from(value, hcm_pb2.HttpFilter)
    wanted = path if path is not None else ("typed_config", "source_codes", "a", "b")
    assert [one.path for one in raised.value.faults] == [wanted]


def test_equal_values_have_equal_bytes() -> None:
    """Maps inside an Any stand in the order of their keys."""
    codes = [{"a": {"inline_string": "1"}, "b": {"inline_string": "2"}}]
    codes.append(dict(reversed(codes[0].items())))
    one, other = (
        message_from({"typed_config": {"@type": _LUA, "source_codes": each}}, hcm_pb2.HttpFilter)
        for each in codes
    )
    assert one.SerializeToString() == other.SerializeToString()
