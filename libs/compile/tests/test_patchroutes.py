"""Route configurations are known by the parts of their names."""

from typing import Any

import pytest
from protogen.envoy.config.route.v3 import route_components_pb2 as rc
from protogen.envoy.config.route.v3 import route_pb2

from libs.compile.patchroutes import patched_routes
from libs.compile.tests.patchcases import patch, patches
from libs.envoy import route
from libs.envoy.hcm import Side


def _routes(name: str) -> route_pb2.RouteConfiguration:
    routes = [rc.Route(name="one", match=rc.RouteMatch(prefix="/")), route.default_route("b")]
    return route.configuration(name, [route.virtual_host("h", ["h.example"], routes)])


@pytest.mark.parametrize(
    ("name", "match", "expected"),
    [
        ("9080", {}, True),
        ("9080", {"portNumber": 9080}, True),
        ("9080", {"name": "9081"}, False),
        ("inbound|9080||", {"portNumber": 9080}, True),
        ("http.80", {"portNumber": 80}, True),
        ("http.80", {"portNumber": 443}, False),
        ("https.443.tls.edge.infra", {"portNumber": 443, "portName": "tls"}, True),
        ("https.443.tls.edge.infra", {"gateway": "infra/edge"}, True),
        ("https.443.tls.edge.infra", {"gateway": "infra/other"}, False),
    ],
)
def test_a_configuration_is_known_by_its_name(
    name: str, match: dict[str, Any], *, expected: bool
) -> None:
    """Port, port name and gateway stand in the name."""
    value = {"response_headers_to_remove": ["x"]}
    written = patches(patch("ROUTE_CONFIGURATION", "MERGE", value, routeConfiguration=match))
    found = patched_routes(_routes(name), written, Side.GATEWAY)
    assert (list(found.response_headers_to_remove) == ["x"]) is expected


@pytest.mark.parametrize(
    ("operation", "match", "expected"),
    [
        ("REMOVE", {"name": "one"}, ["default"]),
        ("REMOVE", {"action": "ROUTE"}, ["one"]),
        ("ADD", None, ["one", "default", "new"]),
        ("INSERT_FIRST", None, ["new", "one", "default"]),
        ("INSERT_FIRST", {"name": "absent"}, ["one", "default"]),
        ("INSERT_AFTER", {"name": "one"}, ["one", "new", "default"]),
    ],
)
def test_routes_are_changed_by_name_and_action(
    operation: str, match: dict[str, Any] | None, expected: list[str]
) -> None:
    """Inserting first wants a named route to be there."""
    vhost = {"name": "h"} | ({"route": match} if match else {})
    value = {"name": "new", "match": {"prefix": "/"}}
    written = patches(patch("HTTP_ROUTE", operation, value, routeConfiguration={"vhost": vhost}))
    found = patched_routes(_routes("80"), written, Side.OUTBOUND)
    assert [one.name for one in found.virtual_hosts[0].routes] == expected


def test_virtual_hosts_are_replaced_whole() -> None:
    """Nothing of the former is left."""
    value = {"name": "other", "domains": ["o.example"]}
    found = patched_routes(
        _routes("80"), patches(patch("VIRTUAL_HOST", "REPLACE", value)), Side.OUTBOUND
    )
    assert [(one.name, len(one.routes)) for one in found.virtual_hosts] == [("other", 0)]
