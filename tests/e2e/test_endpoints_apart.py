"""A real Envoy that gets the endpoints of a large service one by one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from protogen.envoy.config.cluster.v3 import cluster_pb2
from protogen.envoy.config.core.v3 import health_check_pb2
from protogen.envoy.config.endpoint.v3 import endpoint_pb2

from libs.compile.apart import Cuts, endpoints_apart
from libs.kernel.xds import CLUSTER, ENDPOINT, Resource, Snapshot
from tests.e2e import xdsresources as make
from tests.e2e.xdsstack import Stack, eventually, stack
from tools.child.ports import free_ports

COUNT = 2_000


@pytest.fixture
def mesh(tmp_path: Path, envoy: Path) -> Iterator[Stack]:
    """A stack to start things in."""
    with stack(tmp_path) as made:
        yield made


def _cluster() -> Resource:
    """A cluster that never sends to who is ill, however many are."""
    message = cluster_pb2.Cluster.FromString(make.cluster("large").body)
    message.common_lb_config.healthy_panic_threshold.SetInParent()
    return make.resource(CLUSTER, "large", message)


def _assignment(port: int) -> Resource:
    """Many endpoints that are ill, and one that is not."""
    message = endpoint_pb2.ClusterLoadAssignment(cluster_name="large")
    group = message.endpoints.add()
    group.load_balancing_weight.value = 1
    group.locality.zone = "here"
    for number in range(COUNT):
        one = group.lb_endpoints.add(health_status=health_check_pb2.UNHEALTHY)
        place = one.endpoint.address.socket_address
        place.address, place.port_value = f"10.9.{number // 250}.{number % 250}", 80
    place = group.lb_endpoints.add().endpoint.address.socket_address
    place.address, place.port_value = "127.0.0.1", port
    return make.resource(ENDPOINT, "large", message)


def test_one_endpoint_of_many_costs_one_endpoint(mesh: Stack) -> None:
    """An endpoint that is replaced is a few hundred bytes; one that ended meanwhile gets no call.

    Nobody tells a frontend that starts which endpoints an Envoy has.
    """
    port = free_ports(1)[0]
    backends = {name: mesh.backend(name) for name in ("one", "two", "three")}
    cuts = Cuts("test")

    def view(name: str) -> Snapshot:
        kept = (
            make.listener(port, "routes"),
            make.route("routes", "large"),
            _cluster(),
            _assignment(backends[name]),
        )
        return endpoints_apart(make.snapshot(*kept), COUNT, cuts)

    compiler = mesh.compiler()
    frontend = mesh.frontend()
    compiler.publish(first := view("one"))
    started = mesh.envoy(delta=True)
    compiler.wait_status(first)
    caller = mesh.caller(port)
    assert eventually(lambda: caller.get() == "one")
    assert started.admin.get("/clusters").count("::weight::") >= COUNT

    def received_bytes() -> int:
        stats = started.admin.stats("^cluster.xds-grpc.upstream_cx_rx_bytes_total")
        return sum(stats.values())

    before = received_bytes()
    assert before > COUNT * 50
    compiler.publish(second := view("two"))
    compiler.wait_status(second)
    assert eventually(lambda: caller.get() == "two")
    assert received_bytes() - before < 1_000
    frontend.kill()
    mesh.frontend()
    compiler.publish(third := view("three"))
    compiler.wait_status(third)
    assert eventually(lambda: caller.get() == "three")
    assert {caller.get() for _ in range(20)} == {"three"}
