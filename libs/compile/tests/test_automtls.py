"""When TLS follows the endpoints. What calls see of it is held by tables in tests/e2e."""

from dataclasses import replace

import pytest
from protogen.envoy.config.cluster.v3.cluster_pb2 import Cluster
from protogen.envoy.config.endpoint.v3.endpoint_pb2 import ClusterLoadAssignment

from libs.compile.automtls import LABEL, MESH_TLS, applies
from libs.compile.proxy import Proxy
from libs.compile.snapshot import compile_snapshot
from libs.compile.tests.worlds import istio, service, sidecar, view_of, world
from libs.kernel import xds
from libs.kernel.ids import ResourceName
from libs.meshapi.fleet import MeshSettings
from libs.registry.service import Endpoint

_NAME = "outbound|80||a.example"
_LABEL = "{security.istio.io/tlsMode: istio}"


def _entry(location: str = "MESH_INTERNAL", labels: str = _LABEL) -> str:
    port = "ports: [{name: http, number: 80, protocol: HTTP}]"
    at = f"endpoints: [{{address: 10.0.0.1, serviceAccount: a, labels: {labels}}}]"
    spec = f"{{hosts: [a.example], location: {location}, resolution: STATIC, {port}, {at}}}"
    return istio("ServiceEntry", "a", spec)


def _proxy(*, certificate: bool = True) -> Proxy:
    agent = {"INTERCEPTION_MODE": "NONE", "ISTIO_VERSION": "1.28.0"}
    return replace(sidecar(), metadata=agent) if certificate else sidecar()


def _rule(mode: str) -> str:
    return istio("DestinationRule", "a", f"{{host: a.example, trafficPolicy: {{tls: {mode}}}}}")


@pytest.mark.parametrize(
    ("text", "mesh", "certificate", "expected"),
    [
        pytest.param(_entry(), None, True, True, id="a service of the mesh"),
        pytest.param(_entry("MESH_EXTERNAL"), None, True, False, id="a service outside of it"),
        pytest.param(_entry(), False, True, False, id="a mesh that does not want it"),
        pytest.param(_entry(), None, False, False, id="a proxy without a certificate"),
        pytest.param(_entry() + _rule("{mode: DISABLE}"), None, True, False, id="a rule about TLS"),
    ],
)
def test_it_applies_to_services_of_the_mesh_that_no_rule_is_about(
    text: str, *, mesh: bool | None, certificate: bool, expected: bool
) -> None:
    """Somebody who cannot show a certificate goes on calling plainly."""
    view = view_of(
        world(text, MeshSettings(enable_auto_mtls=mesh)), _proxy(certificate=certificate)
    )
    assert applies(view, view.outbound[_NAME]) == expected


@pytest.mark.parametrize(("labels", "expected"), [(_LABEL, True), ("{app: a}", False)])
def test_an_endpoint_says_what_it_speaks(labels: str, *, expected: bool) -> None:
    """The cluster has a socket for either kind."""
    held = compile_snapshot(world(_entry(labels=labels)), _proxy()).snapshot
    cluster = Cluster.FromString(held.of(xds.CLUSTER)[ResourceName(_NAME)].body)
    assert [one.name for one in cluster.transport_socket_matches] == [
        "tlsMode-istio",
        "tlsMode-disabled",
    ]
    body = held.of(xds.ENDPOINT)[ResourceName(_NAME)].body
    (locality,) = ClusterLoadAssignment.FromString(body).endpoints
    (endpoint,) = locality.lb_endpoints
    metadata = endpoint.metadata.filter_metadata
    assert ("envoy.transport_socket_match" in metadata) == expected


@pytest.mark.parametrize(
    ("second", "expected"), [({LABEL: MESH_TLS}, True), ({"app": "db"}, False)]
)
def test_connections_that_go_as_they_came_need_it_of_every_endpoint(
    second: dict[str, str], *, expected: bool
) -> None:
    """One that does not speak it is enough for plain calls, as no endpoint is chosen."""
    text = service("db", "{name: tcp, port: 80}", "clusterIP: None")
    mesh, host = world(text), "db.default.svc.cluster.local"
    members = tuple(
        Endpoint(f"10.0.0.{at}", {"tcp": 80}, labels, namespace="default")
        for at, labels in enumerate(({LABEL: MESH_TLS}, second), 1)
    )
    registry = replace(mesh.registry, endpoints={host: members})
    proxy = replace(_proxy(), metadata={"ISTIO_VERSION": "1.28.0"})
    view = view_of(replace(mesh, registry=registry), proxy)
    assert applies(view, view.outbound[f"outbound|80||{host}"]) == expected
