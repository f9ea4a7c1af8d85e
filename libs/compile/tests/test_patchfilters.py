"""Filters are patched by their names, and inside by the type of their configuration."""

from typing import Any

from protogen.envoy.extensions.filters.http.lua.v3 import lua_pb2
from protogen.envoy.extensions.filters.network.http_connection_manager.v3 import (
    http_connection_manager_pb2 as hcm_pb2,
)

from libs.compile.patchfilters import patch_http_filters
from libs.compile.tests.patchcases import patch, patches
from libs.envoy import hcm, route

_LUA = "type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua"
_CORS = "type.googleapis.com/envoy.extensions.filters.http.cors.v3.Cors"


def _at(name: str) -> dict[str, Any]:
    return {"filterChain": {"filter": {"name": hcm.FILTER_NAME, "subFilter": {"name": name}}}}


def _patched(*written: dict[str, Any]) -> dict[str, hcm_pb2.HttpFilter]:
    manager = hcm.inline("a", route.configuration("a", []), hcm.Side.INBOUND)
    patch_http_filters(manager, patches(*written), hcm.FILTER_NAME)
    return {one.name: one for one in manager.http_filters}


def _lua(code: str) -> dict[str, Any]:
    source = {"default_source_code": {"inline_string": code}}
    return {"name": "lua", "typed_config": {"@type": _LUA, **source}}


def test_a_merge_comes_after_what_it_merges_into() -> None:
    """A filter that the same object inserts later in its list is merged as well."""
    found = _patched(
        patch("HTTP_FILTER", "MERGE", _lua("two"), listener=_at("lua")),
        patch("HTTP_FILTER", "INSERT_BEFORE", _lua("one"), listener=_at(hcm.ROUTER_NAME)),
    )
    config = lua_pb2.Lua()
    assert found["lua"].typed_config.Unpack(config)
    assert config.default_source_code.inline_string == "two"


def test_another_type_is_not_merged() -> None:
    """The filter stays as it was, its name as well."""
    cors = {"name": "cors", "typed_config": {"@type": _CORS}}
    found = _patched(
        patch("HTTP_FILTER", "INSERT_FIRST", _lua("one")),
        patch("HTTP_FILTER", "MERGE", cors, listener=_at("lua")),
    )
    assert next(iter(found)) == "lua"


def test_what_is_inside_another_network_filter_is_left_alone() -> None:
    """A patch may name the network filter that it looks into."""
    match = {"filterChain": {"filter": {"name": "another"}}}
    assert "lua" not in _patched(patch("HTTP_FILTER", "INSERT_FIRST", _lua("one"), listener=match))
