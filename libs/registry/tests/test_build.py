"""The registry as a whole."""

from libs.registry.build import Registry, build_registry
from libs.registry.tests.objects import objects

TEXT = """
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Service
metadata: {name: pods}
spec: {selector: {app: pods}, ports: [{name: http, port: 80, targetPort: 8000}]}
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: {name: web-1}
spec: {address: 10.0.0.1, labels: {app: web}}
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: shadow}
spec:
  hosts: [web.default.svc.cluster.local]
  ports: [{number: 99, name: http, protocol: HTTP}]
  resolution: NONE
"""


def registry() -> Registry:
    """Build the registry of the text above."""
    return build_registry(objects(TEXT))


def test_a_kubernetes_service_beats_an_entry_for_its_host() -> None:
    """The entry adds no port."""
    found = registry().services["web.default.svc.cluster.local"]
    assert [port.number for port in found.ports] == [80]


def test_a_proxy_is_an_instance_by_its_address() -> None:
    """Labels do not matter where an endpoint has the address."""
    (found,) = registry().instances_of(["10.0.0.1"], "default", {"app": "pods"})
    assert (found.service.hostname, found.port.number, found.number) == (
        "web.default.svc.cluster.local",
        80,
        8080,
    )


def test_a_proxy_whose_address_nobody_lists_is_an_instance_by_labels() -> None:
    """Within its namespace only."""
    (found,) = registry().instances_of(["10.9.9.9"], "default", {"app": "pods", "x": "y"})
    assert found.number == 8000
    assert registry().instances_of(["10.9.9.9"], "other", {"app": "pods"}) == ()


def test_services_stand_in_the_order_of_their_names() -> None:
    """Whatever order the objects come in, the registry is the same."""
    reversed_order = build_registry(tuple(reversed(objects(TEXT))))
    assert list(reversed_order.services) == sorted(reversed_order.services)
    assert reversed_order == registry()
