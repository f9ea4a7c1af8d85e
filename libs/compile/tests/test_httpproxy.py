"""The port at which workloads use their sidecar as a proxy."""

from typing import Any

import pytest

from libs.compile.httpproxy import proxy_port
from libs.compile.proxy import Proxy, ProxyType
from libs.compile.snapshot import compile_snapshot
from libs.compile.tests.worlds import istio, route_configuration, service, sidecar, world
from libs.kernel import xds
from libs.meshapi.meshconfig.config import MeshConfig

_MESH = MeshConfig(proxy_http_port=18118)


@pytest.mark.parametrize(("metadata", "port"), [({}, 18118), ({"HTTP_PROXY_PORT": "99"}, 99)])
def test_a_proxys_own_port_counts_before_the_meshs(metadata: dict[str, Any], port: int) -> None:
    """Where neither says one there is none."""
    proxy = Proxy(ProxyType.SIDECAR, "default", metadata=metadata)
    assert proxy_port(world("", _MESH), proxy) == port
    assert proxy_port(world(""), sidecar()) == 0


def test_a_name_without_a_port_means_the_usual_one() -> None:
    """A service that has no such port is called by name and port only."""
    text = service("web", "{name: http, port: 80}") + service("api", "{name: http, port: 8080}")
    found = route_configuration(
        compile_snapshot(world(text, _MESH), sidecar()).snapshot, "http_proxy"
    )
    domains = {one.name.split(".")[0]: list(one.domains) for one in found.virtual_hosts}
    assert "web" in domains["web"]
    assert "web:80" in domains["web"]
    assert "api:8080" in domains["api"]
    assert "api" not in domains["api"]


def test_a_service_of_unknown_protocol_can_be_asked_for_as_well() -> None:
    """Its own listener takes every host; here its name has to tell it from others."""
    text = service("web", "{name: any, port: 90}", "clusterIP: 10.1.1.1")
    proxy = Proxy(ProxyType.SIDECAR, "default")
    found = route_configuration(compile_snapshot(world(text, _MESH), proxy).snapshot, "http_proxy")
    host = "web.default.svc.cluster.local"
    assert [list(one.domains) for one in found.virtual_hosts][-1] == [f"{host}:90"]


def test_a_port_that_somebody_else_has_is_said() -> None:
    """Envoy would refuse a second listener of one address."""
    port = "{number: 18118, name: http, protocol: HTTP}"
    egress = f"{{egress: [{{port: {port}, bind: 127.0.0.1, hosts: ['*/*']}}]}}"
    text = service("web", "{name: http, port: 18118}") + istio("Sidecar", "s", egress)
    compiled = compile_snapshot(world(text, _MESH), sidecar())
    assert "127.0.0.1_18118" in compiled.snapshot.of(xds.LISTENER)
    (problem,) = compiled.problems
    assert "of the mesh is left out" in problem
