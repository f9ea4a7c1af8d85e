"""Which hosts a server and rules have in common, and who is first at a host."""

import pytest

from libs.compile.gatewayroutes import common_hosts
from libs.compile.proxy import Proxy, ProxyType
from libs.compile.snapshot import compile_snapshot
from libs.compile.tests.worlds import istio, route_configuration, service, world
from libs.meshapi.gateway import Gateway
from libs.meshapi.parse import parse_file


def _gateway(hosts: str) -> Gateway:
    spec = f"{{servers: [{{port: {{number: 80, name: http, protocol: HTTP}}, hosts: {hosts}}}]}}"
    (found,) = parse_file("g.yaml", istio("Gateway", "g", spec).encode()).objects
    assert isinstance(found.object, Gateway)
    return found.object


@pytest.mark.parametrize(
    ("offered", "wanted", "common"),
    [
        pytest.param("['*']", ("a.example",), ("a.example",), id="the rules' own name"),
        pytest.param("[a.example]", ("*.example",), ("a.example",), id="the server's own name"),
        pytest.param("['./*']", ("a.example",), (), id="of another namespace"),
        pytest.param("['other/*']", ("a.example",), ("a.example",), id="of a stated namespace"),
        pytest.param("[b.example]", ("a.example",), (), id="nothing"),
    ],
)
def test_the_narrower_name_of_both_counts(
    offered: str, wanted: tuple[str, ...], common: tuple[str, ...]
) -> None:
    """The rules are of namespace `other`, the gateway is of `default`."""
    gateway = _gateway(offered)
    (server,) = gateway.spec.servers
    assert common_hosts(gateway, server, "other", wanted) == common


def test_rules_count_once_at_a_host_that_two_servers_of_a_port_have() -> None:
    """A second Gateway for the same host adds no second copy of their routes."""
    server = "{port: {number: 80, name: http, protocol: HTTP}, hosts: [a.example]}"
    text = service("a") + "".join(
        istio("Gateway", name, f"{{selector: {{a: b}}, servers: [{server}]}}") for name in "gh"
    )
    spec = "{hosts: [a.example], gateways: [g, h], http: [{route: [{destination: {host: a}}]}]}"
    router = Proxy(ProxyType.ROUTER, "default", labels={"a": "b"})
    made = compile_snapshot(world(text + istio("VirtualService", "v", spec)), router)
    (host,) = route_configuration(made.snapshot, "http.80").virtual_hosts
    assert len(host.routes) == 1
