"""Paths, queries and the places that redirects name."""

from typing import Any

import pytest
from google.protobuf.json_format import ParseDict
from protogen.envoy.config.route.v3 import route_components_pb2 as rc

from libs.routing import paths
from libs.routing.outcome import UndecidedError
from libs.routing.request import request_of
from libs.routing.tests.envoys import call

_MATCH = rc.RouteMatch(prefix="/a")


@pytest.mark.parametrize(
    ("action", "location"),
    [
        ({"path_redirect": "/x"}, "http://h:8080/x?q=1"),
        ({"path_redirect": "/x?y=2"}, "http://h:8080/x?y=2"),
        ({"path_redirect": "/x", "strip_query": True}, "http://h:8080/x"),
        ({"prefix_rewrite": "/z"}, "http://h:8080/z/b?q=1"),
        ({"host_redirect": "o"}, "http://o/a/b?q=1"),
        ({"https_redirect": True}, "https://h:8080/a/b?q=1"),
        ({"scheme_redirect": "https", "port_redirect": 8443}, "https://h:8443/a/b?q=1"),
        (
            {"regex_rewrite": {"pattern": {"regex": "b"}, "substitution": "c"}},
            "http://h:8080/a/c?q=1",
        ),
    ],
)
def test_redirects_change_what_they_state(action: dict[str, Any], location: str) -> None:
    """Everything that is not stated stays as the request has it."""
    request = request_of(call(host="h:8080", path="/a/b?q=1"), normalize=True, merge_slashes=False)
    parsed = ParseDict(action, rc.RedirectAction())
    assert paths.location(parsed, _MATCH, request) == location
    assert paths.status(parsed) == 301


def test_a_default_port_leaves_with_its_scheme() -> None:
    """Port 80 of a plain request is no port of the encrypted one."""
    request = request_of(call(host="h:80"), normalize=True, merge_slashes=False)
    action = rc.RedirectAction(https_redirect=True)
    assert paths.location(action, _MATCH, request) == "https://h/"


@pytest.mark.parametrize(
    ("path", "seen"),
    [
        ("/a/../b", "/b"),
        ("/a/./b/", "/a/b/"),
        ("/a/b/..", "/a/"),
        ("/../x?p=/../y", "/x?p=/../y"),
        ("/a//b", "/a/b"),
    ],
)
def test_paths_are_normalised_but_not_queries(path: str, seen: str) -> None:
    """Dots are resolved, double slashes merged where the listener asks for it."""
    assert request_of(call(path=path), normalize=True, merge_slashes=True).path == seen


@pytest.mark.parametrize(
    "fields",
    [
        {"path": "/%41"},
        {"path": "/a#b"},
        {"headers": {"x-envoy-max-retries": "3"}},
        {"headers": {"upgrade": "websocket"}},
        {"method": "CONNECT"},
    ],
)
def test_requests_that_envoy_treats_specially_are_not_decided(fields: dict[str, Any]) -> None:
    """Encoded letters, fragments, upgrades and Envoy's own headers are left open."""
    with pytest.raises(UndecidedError):
        request_of(call(**fields), normalize=True, merge_slashes=False)
