"""A router's listeners and routes."""

import pytest

from libs.compile.proxy import Proxy, ProxyType
from libs.compile.snapshot import Compiled, compile_snapshot
from libs.compile.tests.worlds import (
    istio,
    route_configuration,
    service,
    virtual_host,
    world,
)
from libs.kernel import xds

ROUTER = Proxy(ProxyType.ROUTER, "infra", labels={"istio": "edge"})


def _gateway(name: str, hosts: str, more: str = "", number: int = 80) -> str:
    server = f"{{port: {{number: {number}, name: http, protocol: HTTP}}, hosts: {hosts}{more}}}"
    return istio("Gateway", name, f"{{selector: {{istio: edge}}, servers: [{server}]}}")


def _rules(name: str, hosts: str, gateways: str, path: str = "") -> str:
    match = f"match: [{{uri: {{prefix: {path}}}}}], " if path else ""
    rule = f"{{name: {name}, {match}route: [{{destination: {{host: web}}}}]}}"
    return istio(
        "VirtualService", name, f"{{hosts: {hosts}, gateways: {gateways}, http: [{rule}]}}"
    )


def _compiled(text: str) -> Compiled:
    return compile_snapshot(world(service("web") + text), ROUTER)


def _hosts(compiled: Compiled, route: str = "http.80") -> list[str]:
    return [host.name for host in route_configuration(compiled.snapshot, route).virtual_hosts]


@pytest.mark.parametrize(
    ("server", "rules", "expected"),
    [
        pytest.param('["*"]', "[a.example]", ["a.example:80"], id="the rules are narrower"),
        pytest.param('["a.example"]', '["*"]', ["a.example:80"], id="the server is narrower"),
        pytest.param('["*.b.example"]', "[a.example]", ["blackhole:80"], id="nothing in common"),
        pytest.param('["./a.example"]', "[a.example]", ["a.example:80"], id="the own namespace"),
        pytest.param('["x/a.example"]', "[a.example]", ["blackhole:80"], id="another namespace"),
        pytest.param('["*/a.example"]', "[a.example]", ["a.example:80"], id="any namespace"),
    ],
)
def test_a_host_needs_both_server_and_rules(server: str, rules: str, expected: list[str]) -> None:
    """The narrower of two names is what both are for."""
    compiled = _compiled(_gateway("g", server) + _rules("v", rules, "[g]"))
    assert _hosts(compiled) == expected


def test_rules_for_another_gateway_or_the_mesh_do_not_count() -> None:
    """A gateway has only what names it."""
    text = _gateway("g", '["*"]') + _rules("a", "[a.example]", "[h]")
    assert _hosts(_compiled(text + _rules("b", "[b.example]", "[mesh]"))) == ["blackhole:80"]


def test_rules_of_several_objects_are_merged_with_the_one_for_everything_last() -> None:
    """Else the older one would hide the newer."""
    text = _gateway("g", '["*"]') + _rules("a", "[a.example]", "[g]")
    compiled = _compiled(text + _rules("b", "[a.example]", "[g]", "/b"))
    host = virtual_host(compiled.snapshot, "http.80", "a.example:80")
    assert [route.name for route in host.routes] == ["b", "a"]


def test_two_gateways_share_a_port() -> None:
    """Each brings its hosts."""
    text = _gateway("g", "[a.example]") + _gateway("h", "[b.example]")
    compiled = _compiled(
        text + _rules("a", "[a.example]", "[g]") + _rules("b", "[b.example]", "[h]")
    )
    assert _hosts(compiled) == ["a.example:80", "b.example:80"]
    assert list(compiled.snapshot.of(xds.LISTENER)) == ["0.0.0.0_80"]


def test_a_bind_address_makes_a_listener_of_its_own() -> None:
    """With routes of its own."""
    text = _gateway("g", '["*"]', ", bind: 10.0.0.1") + _gateway("h", '["*"]')
    compiled = _compiled(text)
    assert list(compiled.snapshot.of(xds.LISTENER)) == ["0.0.0.0_80", "10.0.0.1_80"]
    assert list(compiled.snapshot.of(xds.ROUTE)) == ["http.80", "http.80.10.0.0.1"]


def test_a_gateway_that_selects_other_proxies_is_not_there() -> None:
    """Every label of the selector has to fit."""
    text = _gateway("g", '["*"]').replace("{istio: edge}", "{istio: edge, zone: a}")
    assert not _compiled(text).snapshot.of(xds.LISTENER)


def test_the_port_is_the_one_that_the_gateways_service_leads_to() -> None:
    """Found by the router's own instances; another port has its own number."""
    edge = """
---
apiVersion: v1
kind: Service
metadata: {name: edge, namespace: infra}
spec: {selector: {istio: edge}, ports: [{name: http, port: 80, targetPort: 8080}]}
"""
    text = edge + _gateway("g", '["*"]') + _gateway("h", '["*"]', number=81)
    assert list(_compiled(text).snapshot.of(xds.LISTENER)) == ["0.0.0.0_8080", "0.0.0.0_81"]


def test_bytes_go_where_the_first_rule_of_their_port_says() -> None:
    """A TCP server without such a rule does not listen."""
    server = _gateway("g", '["*"]').replace("protocol: HTTP", "protocol: TCP")
    assert not _compiled(server).snapshot.of(xds.LISTENER)
    spec = "{hosts: ['*'], gateways: [g], tcp: [{route: [{destination: {host: a}}]}]}"
    rules = istio("VirtualService", "v", spec)
    assert list(_compiled(server + rules).snapshot.of(xds.LISTENER)) == ["0.0.0.0_80"]
