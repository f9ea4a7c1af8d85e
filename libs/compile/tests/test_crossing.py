"""East-west gateways."""

import pytest
from protogen.envoy.config.endpoint.v3 import endpoint_pb2

from libs.compile.proxy import Proxy, ProxyType
from libs.compile.snapshot import compile_snapshot
from libs.compile.tests.worlds import istio, service, world
from libs.kernel import xds
from libs.kernel.ids import ResourceName

ROUTER = Proxy(ProxyType.ROUTER, "infra", labels={"istio": "eastwest"})
NAME = "outbound_.80_._.web.default.svc.cluster.local"


def _gateway(hosts: str) -> str:
    tls = "{mode: AUTO_PASSTHROUGH}"
    port = "{number: 15443, name: tls, protocol: TLS}"
    server = f"{{port: {port}, hosts: {hosts}, tls: {tls}}}"
    return istio("Gateway", "g", f"{{selector: {{istio: eastwest}}, servers: [{server}]}}")


def _workload(name: str, address: str, labels: str) -> str:
    return istio("WorkloadEntry", name, f"{{address: {address}, labels: {labels}}}")


@pytest.mark.parametrize(
    ("hosts", "found"),
    [
        ('["*.local"]', True),
        ('["default/*.local"]', True),
        ('["web.default.svc.cluster.local"]', True),
        ('["other/*.local"]', False),
        ('["*.global"]', False),
    ],
)
def test_a_service_is_reached_where_the_hosts_cover_it(
    hosts: str,
    found: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """Nothing else is open to other networks."""
    snapshot = compile_snapshot(world(service("web") + _gateway(hosts)), ROUTER).snapshot
    assert (NAME in snapshot.of(xds.CLUSTER)) is found


def test_only_endpoints_that_speak_mutual_tls_are_reached() -> None:
    """The bytes are handed on as they are: another endpoint could not read them."""
    text = service("web") + _gateway('["*.local"]')
    text += _workload("a", "10.0.0.1", "{app: web, security.istio.io/tlsMode: istio}")
    text += _workload("b", "10.0.0.2", "{app: web}")
    held = compile_snapshot(world(text), ROUTER).snapshot.of(xds.ENDPOINT)
    assignment = endpoint_pb2.ClusterLoadAssignment.FromString(held[ResourceName(NAME)].body)
    (locality,) = assignment.endpoints
    (one,) = locality.lb_endpoints
    assert one.endpoint.address.socket_address.address == "10.0.0.1"
