"""Rules of kinds with one way to be right and many to be wrong: each mistake at its place."""

from collections.abc import Callable, Iterator
from typing import Any, Literal

import pytest

from libs.meshapi.endpointslice import EndpointSlice, SliceEndpoint
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.metadata import PRIORITY_ANNOTATION, Metadata
from libs.meshapi.problems import Problem
from libs.meshapi.quoting import path_text
from libs.meshapi.rules import destinationrule, metadata, service, serviceentry, sidecar
from libs.meshapi.rules.tests.rulecases import mesh_object

CHECKS: dict[str, Callable[[Any], Iterator[Problem]]] = {
    "DestinationRule": destinationrule.check,
    "Service": service.check,
    "ServiceEntry": serviceentry.check,
    "Sidecar": sidecar.check,
    "WorkloadEntry": serviceentry.check_workload,
}
HTTP = {"number": 80, "name": "http", "protocol": "HTTP"}
MUTUAL = {"mode": "MUTUAL", "clientCertificate": "/c.pem"}


def _paths(kind: str, spec: dict[str, Any]) -> list[str]:
    return [path_text(one.path) for one in CHECKS[kind](mesh_object(kind, **spec))]


@pytest.mark.parametrize(
    ("kind", "spec", "path"),
    [
        ("DestinationRule", {"host": "a", "subsets": ({"name": "v"}, {"name": "v"})},
         "spec.subsets[1].name"),
        ("DestinationRule", {"host": "a", "trafficPolicy": {"tls": MUTUAL}},
         "spec.trafficPolicy.tls"),
        ("DestinationRule", {"host": "a", "trafficPolicy": {"portLevelSettings": ({},)}},
         "spec.trafficPolicy.portLevelSettings[0]"),
        ("DestinationRule", {"host": "a", "subsets": ({"name": "v", "labels": {"a": "-"}},)},
         "spec.subsets[0].labels.a"),
        ("ServiceEntry", {"hosts": ("a",), "resolution": "STATIC"}, "spec.resolution"),
        ("ServiceEntry", {"hosts": ("*.a",), "resolution": "DNS"}, "spec.resolution"),
        ("ServiceEntry", {"hosts": ("*",)}, "spec.hosts[0]"),
        ("ServiceEntry", {"hosts": ("a",), "ports": (HTTP, HTTP | {"name": "b"})},
         "spec.ports[1].number"),
        ("ServiceEntry", {"hosts": ("a",), "resolution": "DNS", "endpoints": ({},)},
         "spec.endpoints[0]"),
        ("ServiceEntry", {"hosts": ("a",), "resolution": "STATIC",
                          "endpoints": ({"address": "b"},)}, "spec.endpoints[0].address"),
        ("Sidecar", {"ingress": ({"port": {"number": 1}, "bind": "a"},)}, "spec.ingress[0].bind"),
        ("Sidecar", {"ingress": ({"port": {"number": 1}, "defaultEndpoint": "127.0.0.1"},)},
         "spec.ingress[0].defaultEndpoint"),
        ("Sidecar", {"egress": ({"hosts": ("./*",)}, {"hosts": ("./*",)})}, "spec.egress[0]"),
        ("Service", {"ports": ({"port": 1}, {"port": 2, "name": "b"})}, "spec.ports[0]"),
        ("Service", {"type": "ExternalName"}, "spec.type"),
        ("Service", {}, "spec"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_once_at_its_place(kind: str, spec: dict[str, Any], path: str) -> None:
    """The path leads to what has to be changed."""
    assert _paths(kind, spec) == [path]


@pytest.mark.parametrize(
    ("kind", "spec"),
    [
        ("DestinationRule", {"host": "*.a", "trafficPolicy": {"tls": {"mode": "ISTIO_MUTUAL"}}}),
        ("ServiceEntry", {"hosts": ("*.a",), "resolution": "NONE", "ports": (HTTP,)}),
        ("ServiceEntry", {"hosts": ("a",), "resolution": "DNS"}),
        ("ServiceEntry", {"hosts": ("*.a",), "resolution": "DYNAMIC_DNS"}),
        ("WorkloadEntry", {"network": "n"}),
        ("WorkloadEntry", {"address": "unix:///run/a.sock"}),
        ("WorkloadEntry", {"address": "vm.example"}),
        ("Sidecar", {"ingress": ({"port": {"number": 1}, "defaultEndpoint": "[::1]:80"},)}),
        ("Sidecar", {"egress": ({"port": {"number": 80}, "hosts": ("./*",)}, {"hosts": ("*/*",)})}),
        ("Service", {"clusterIP": "None"}),
        ("Service", {"type": "ExternalName", "externalName": "a.example"}),
    ],
)
def test_what_istio_and_kubernetes_take_is_taken(kind: str, spec: dict[str, Any]) -> None:
    """No rule is stricter than the API that it speaks for."""
    assert _paths(kind, spec) == []


@pytest.mark.parametrize(
    ("address_type", "address", "good"),
    [
        ("IPv4", "10.0.0.1", True),
        ("IPv4", "::1", False),
        ("IPv6", "::1", True),
        ("IPv6", "10.0.0.1", False),
        ("FQDN", "a.example", True),
        ("FQDN", "*.example", False),
    ],
)
def test_a_slice_holds_addresses_of_its_type(
    address_type: Literal["IPv4", "IPv6", "FQDN"],
    address: str,
    good: bool,  # noqa: FBT001
) -> None:
    """An address of another type would reach nobody."""
    endpoint = SliceEndpoint(addresses=(address,))
    obj = EndpointSlice(
        metadata=Metadata(name="a"), address_type=address_type, endpoints=(endpoint,)
    )
    assert (list(service.check_slice(obj)) == []) is good


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"name": "A"}, "metadata.name"),
        ({"name": "a", "namespace": "a.b"}, "metadata.namespace"),
        ({"name": "a", "labels": {"a": "b c"}}, "metadata.labels.a"),
        ({"name": "a", "annotations": {PRIORITY_ANNOTATION: "1.5"}},
         f"metadata.annotations.{PRIORITY_ANNOTATION}"),
        ({"name": "a", "creation_timestamp": "now"}, "metadata.creationTimestamp"),
    ],
)  # fmt: skip
def test_metadata_is_judged_for_every_kind(given: dict[str, Any], path: str) -> None:
    """The place is the field of the metadata."""
    obj = MeshObject(api_version="v1", kind="A", metadata=Metadata(**given))
    assert [path_text(one.path) for one in metadata.check(obj)] == [path]
