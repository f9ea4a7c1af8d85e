"""Proxies and their classes."""

import pytest
from protogen.envoy.config.core.v3 import base_pb2

from libs.compile.proxy import (
    Proxy,
    ProxyError,
    ProxyType,
    proxy_class,
    proxy_from_json,
    proxy_from_node,
)
from libs.compile.tests.worlds import istio, service, sidecar, world

INGRESS = istio(
    "Sidecar",
    "web",
    "{workloadSelector: {labels: {app: web}}, ingress: [{port: {number: 80, protocol: HTTP, "
    "name: http}, defaultEndpoint: '0.0.0.0:8080'}]}",
)


def test_a_node_is_read_as_istios_proxies_write_it() -> None:
    """Metadata beats what the node id says; addresses are listed once."""
    node = base_pb2.Node(id="sidecar~10.0.0.1~web-1.shop~shop.svc.mesh.example")
    node.metadata.update(
        {
            "CLUSTER_ID": "east",
            "INSTANCE_IPS": "10.0.0.1,fd00::1",
            "INTERCEPTION_MODE": "NONE",
            "LABELS": {"app": "web"},
            "NETWORK": "net1",
            "SERVICE_ACCOUNT": "web",
        }
    )
    found = proxy_from_node(node.SerializeToString())
    assert found.type is ProxyType.SIDECAR
    assert found.ips == ("10.0.0.1", "fd00::1")
    assert found.labels == {"app": "web"}
    assert (found.cluster, found.network, found.service_account) == ("east", "net1", "web")
    assert (found.namespace, found.dns_domain) == ("shop", "shop.svc.mesh.example")
    assert not found.intercepts


@pytest.mark.parametrize("how", ["metadata", "user agent"])
def test_a_grpc_client_is_a_type_of_its_own(how: str) -> None:
    """It says so in Istio's metadata or by what it is."""
    node = base_pb2.Node(id="sidecar~10.0.0.1~web-1.shop~shop.svc.cluster.local")
    if how == "metadata":
        node.metadata.update({"GENERATOR": "grpc"})
    else:
        node.user_agent_name = "gRPC C-core"
    assert proxy_from_node(node.SerializeToString()).type is ProxyType.GRPC


def test_the_command_lines_form_is_read() -> None:
    """What is left out has its default."""
    found = proxy_from_json('{"type":"router","namespace":"edge","ip":"10.0.0.1"}')
    assert found == Proxy(ProxyType.ROUTER, "edge", ("10.0.0.1",))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        pytest.param("{", "the proxy is no JSON", id="no JSON"),
        pytest.param("[]", "no JSON object", id="no object"),
        pytest.param("{}", "has no type; write one of sidecar, router, grpc", id="no type"),
        pytest.param('{"type":"car"}', "`car` is none of sidecar, router, grpc", id="a type"),
        pytest.param('{"type":"grpc","x":1}', "`x` is unknown; known are type", id="a field"),
        pytest.param('{"type":"grpc","ips":"1"}', "`ips` is a list", id="a text for a list"),
        pytest.param('{"type":"grpc","labels":{"a":1}}', "labels are texts", id="a number"),
    ],
)
def test_what_is_no_proxy_is_refused_with_a_sentence(text: str, sentence: str) -> None:
    """The sentence says what to write instead."""
    with pytest.raises(ProxyError) as caught:
        proxy_from_json(text)
    assert sentence in str(caught.value)


def test_replicas_of_a_workload_are_one_class() -> None:
    """Their addresses and names are nowhere in their view."""
    mesh = world(service("web"))
    one, other = (
        sidecar(ips=(ip,), id=ip, labels={"app": "web"}) for ip in ("10.0.0.1", "10.0.0.2")
    )
    assert proxy_class(one, mesh) == proxy_class(other, mesh)


def test_addresses_count_where_a_view_contains_them() -> None:
    """An ingress listener binds to and leads to the workload's own address."""
    mesh = world(service("web") + INGRESS)
    one, other = (sidecar(ips=(ip,), labels={"app": "web"}) for ip in ("10.0.0.1", "10.0.0.2"))
    assert proxy_class(one, mesh) != proxy_class(other, mesh)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(sidecar("other"), id="another namespace"),
        pytest.param(sidecar(labels={"app": "web"}), id="another label"),
        pytest.param(Proxy(ProxyType.SIDECAR, "default"), id="interception"),
        pytest.param(Proxy(ProxyType.GRPC, "default"), id="another type"),
        pytest.param(sidecar(domain="mesh.example"), id="another domain"),
    ],
)
def test_what_a_view_may_depend_on_makes_a_class(other: Proxy) -> None:
    """Each of these can change a view."""
    mesh = world(service("web"))
    assert proxy_class(other, mesh) != proxy_class(sidecar(), mesh)
