"""Core Services and their endpoints."""

import pytest

from libs.meshapi.service import Service as CoreService
from libs.registry.build import Registry, build_registry
from libs.registry.kubernetes import DISTRIBUTION_ANNOTATION, nearness_of
from libs.registry.service import Endpoint, Nearness, Resolution, Service
from libs.registry.tests.objects import objects

SLICE = """
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: web-1, labels: {kubernetes.io/service-name: web}}
addressType: IPv4
ports: [{name: http, port: 8080}]
endpoints:
- {addresses: [10.0.0.1], zone: a}
- {addresses: [10.0.0.2], conditions: {ready: false}}
- {addresses: [10.0.0.3], targetRef: {kind: WorkloadEntry, name: web-vm}}
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: {name: web-vm}
spec: {address: 10.0.0.3, labels: {version: v2}, weight: 5, serviceAccount: web}
"""


WEB = "web.default.svc.cluster.local"


def registry(spec: str, more: str = "") -> Registry:
    """Build the registry around the service `web`."""
    head = f"apiVersion: v1\nkind: Service\nmetadata: {{name: web}}\nspec: {spec}\n"
    return build_registry(objects(head + more))


def service(spec: str) -> Service:
    """Return the service `web`."""
    return registry(spec).services[WEB]


def endpoints(spec: str, more: str = "") -> tuple[Endpoint, ...]:
    """Return the endpoints of the service `web`."""
    return registry(spec, more).endpoints[WEB]


def test_ready_endpoints_of_slices_count() -> None:
    """An endpoint that says it is not ready is left out; one that says nothing is ready."""
    found = endpoints("{ports: [{name: http, port: 80}]}", SLICE)
    assert [one.address for one in found] == ["10.0.0.1", "10.0.0.3"]
    assert found[0].ports == {"http": 8080}
    assert found[0].locality == "/a"


def test_a_service_may_want_endpoints_that_are_not_ready() -> None:
    """PublishNotReadyAddresses asks for all of them."""
    found = endpoints("{publishNotReadyAddresses: true, ports: [{name: http, port: 80}]}", SLICE)
    assert len(found) == 3


def test_an_endpoint_takes_what_its_workload_entry_carries() -> None:
    """Labels, weight and account come from the entry that the slice points at."""
    endpoint = endpoints("{ports: [{name: http, port: 80}]}", SLICE)[1]
    assert endpoint.labels == {"version": "v2"}
    assert (endpoint.weight, endpoint.service_account) == (5, "web")


def test_a_service_without_a_written_address_is_not_headless() -> None:
    """Only `clusterIP: None` says so; an address that is not written is not known."""
    assert not service("{ports: [{name: http, port: 80}]}").headless
    headless = service("{clusterIP: None, ports: [{name: http, port: 80}]}")
    assert headless.headless
    assert headless.addresses == ()
    assert headless.resolution is Resolution.PASSTHROUGH


def test_both_addresses_of_two_families_are_known() -> None:
    """ClusterIPs lists what clusterIP repeats."""
    found = service("{clusterIP: 10.1.0.1, clusterIPs: [10.1.0.1, 'fd00::1'], ports: [{port: 80}]}")
    assert found.addresses == ("10.1.0.1", "fd00::1")


def test_an_external_name_is_resolved_by_dns() -> None:
    """Its one endpoint is the name that it stands for."""
    found = registry("{type: ExternalName, externalName: api.example, ports: [{port: 80}]}")
    assert found.services[WEB].resolution is Resolution.DNS
    assert [one.address for one in found.endpoints[WEB]] == ["api.example"]
    assert found.services[WEB].mesh_external


def test_udp_ports_are_no_ports_of_the_mesh() -> None:
    """A proxy has nothing to do with them."""
    found = service("{ports: [{name: dns, port: 53, protocol: UDP}, {name: http, port: 80}]}")
    assert [port.number for port in found.ports] == [80]


@pytest.mark.parametrize(
    ("written", "annotations", "expected"),
    [
        ({}, {}, Nearness.ANYWHERE),
        ({"trafficDistribution": "PreferClose"}, {}, Nearness.ZONE),
        ({"trafficDistribution": "PreferSameZone"}, {}, Nearness.ZONE),
        ({"trafficDistribution": "PreferSameNode"}, {}, Nearness.NODE),
        ({}, {DISTRIBUTION_ANNOTATION: "PreferClose"}, Nearness.ZONE),
        ({"trafficDistribution": "Unknown"}, {}, Nearness.ANYWHERE),
        ({"internalTrafficPolicy": "Local"}, {}, Nearness.NODE_ONLY),
        (
            {"internalTrafficPolicy": "Local", "trafficDistribution": "PreferClose"},
            {},
            Nearness.NODE_ONLY,
        ),
    ],
)
def test_a_service_says_how_near_its_callers_want_it(
    written: dict[str, str], annotations: dict[str, str], expected: Nearness
) -> None:
    """A policy is strict and counts before a preference; a value of later releases is none."""
    spec = {"ports": ({"port": 80},), **written}
    metadata = {"name": "web", "namespace": "default", "annotations": annotations}
    one = CoreService.model_validate(
        {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec},
        by_alias=True,
        by_name=False,
    )
    assert nearness_of(one) is expected
