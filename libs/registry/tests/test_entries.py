"""ServiceEntries as services."""

import pytest

from libs.meshapi.serviceentry import ServiceEntry
from libs.registry.build import build_registry
from libs.registry.entries import entry_services
from libs.registry.service import Described, Resolution
from libs.registry.tests.objects import objects


def services(spec: str) -> tuple[Described, ...]:
    """Read one entry and return its services."""
    head = "apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: e}\nspec: "
    (entry,) = objects(head + spec)
    assert isinstance(entry, ServiceEntry)
    return entry_services(entry, ())


PORT = "ports: [{number: 443, name: tls, protocol: TLS, targetPort: 8443}]"


@pytest.mark.parametrize(
    ("resolution", "expected"),
    [
        pytest.param("NONE", Resolution.PASSTHROUGH, id="as called"),
        pytest.param("STATIC", Resolution.ENDPOINTS, id="listed"),
        pytest.param("DNS", Resolution.DNS, id="all addresses of names"),
        pytest.param("DNS_ROUND_ROBIN", Resolution.DNS_ROUND_ROBIN, id="one address of a name"),
    ],
)
def test_resolution_is_kept(resolution: str, expected: Resolution) -> None:
    """Each of Istio's words has its meaning here."""
    endpoints = ", endpoints: [{address: 10.0.0.1}]" if resolution == "STATIC" else ""
    (found,) = services(f"{{hosts: [a.example], {PORT}, resolution: {resolution}{endpoints}}}")
    assert found.service.resolution is expected


def test_a_name_without_endpoints_is_its_own_endpoint() -> None:
    """DNS then resolves the host itself, at the target port."""
    (found,) = services(f"{{hosts: [a.example], {PORT}, resolution: DNS}}")
    assert [(one.address, one.ports) for one in found.endpoints] == [("a.example", {"tls": 8443})]


def test_every_host_is_a_service() -> None:
    """Two hosts of one entry share ports and endpoints."""
    found = services(f"{{hosts: [a.example, b.example], {PORT}, resolution: NONE}}")
    assert [one.service.hostname for one in found] == ["a.example", "b.example"]


def test_entries_of_one_namespace_share_a_host() -> None:
    """Their endpoints and ports add up; an entry of another namespace adds nothing."""
    text = "\n---\n".join(
        f"""
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {{name: e{at}, namespace: {namespace}}}
spec:
  hosts: [a.example]
  ports: [{{number: {port}, name: p{port}, protocol: HTTP}}]
  resolution: STATIC
  endpoints: [{{address: 10.0.0.{at}}}]
"""
        for at, namespace, port in [(1, "one", 80), (2, "one", 81), (3, "two", 82)]
    )
    found = build_registry(objects(text))
    assert [one.address for one in found.endpoints["a.example"]] == ["10.0.0.1", "10.0.0.2"]
    assert [port.number for port in found.services["a.example"].ports] == [80, 81]
