"""Types are found by their names, whichever modules were imported."""

import pytest
from google.protobuf.any_pb2 import Any as AnyMessage

from libs.envoy.anytypes import message_type, name_in, opened


@pytest.mark.parametrize(
    "name",
    [
        "envoy.extensions.filters.http.lua.v3.Lua",
        "envoy.config.route.v3.RouteAction.HashPolicy.Cookie",
        "google.protobuf.Struct",
        "xds.type.v3.TypedStruct",
    ],
)
def test_a_type_of_envoys_api_is_found(name: str) -> None:
    """Packages are read when somebody asks."""
    found = message_type(name)
    assert found is not None
    assert found.DESCRIPTOR.full_name == name


@pytest.mark.parametrize("name", ["envoy.api.v2.Cluster", "os.path", "envoy..X", ""])
def test_an_unknown_type_is_none(name: str) -> None:
    """Nothing else is imported for a name that a user wrote."""
    assert message_type(name) is None


def test_bytes_that_are_no_such_message_are_not_opened() -> None:
    """Only what can be read is read."""
    url = "type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua"
    assert name_in(url) == "envoy.extensions.filters.http.lua.v3.Lua"
    assert opened(AnyMessage(type_url=url, value=b"\xff")) is None
