"""WorkloadEntries behind selectors."""

import pytest

from libs.meshapi.workloadentry import WorkloadEntry
from libs.registry.build import build_registry
from libs.registry.tests.objects import objects
from libs.registry.workloads import selected, workload_of

TEXT = """
apiVersion: v1
kind: Service
metadata: {{name: web}}
spec:
  selector: {selector}
  ports: [{{name: http, port: 80, targetPort: {target}}}]
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: {{name: one}}
spec: {{address: 10.0.0.1, labels: {{app: web, version: v1}}, ports: {ports}}}
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: {{name: elsewhere, namespace: other}}
spec: {{address: 10.0.0.9, labels: {{app: web}}}}
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: {{name: no-address}}
spec: {{network: far, labels: {{app: web}}}}
"""


@pytest.mark.parametrize(
    ("target", "ports", "expected"),
    [
        pytest.param("8080", "{}", {"http": 8080}, id="a number"),
        pytest.param("web", "{web: 9000}", {"http": 9000}, id="a name that the workload knows"),
        pytest.param("web", "{}", {}, id="a name that nobody knows"),
        pytest.param("8080", "{http: 7000}", {"http": 7000}, id="the workload's own word wins"),
    ],
)
def test_the_target_port_is_the_workloads(
    target: str, ports: str, expected: dict[str, int]
) -> None:
    """A number counts as it is, a name as the workload maps it."""
    text = TEXT.format(selector="{app: web}", target=target, ports=ports)
    found = build_registry(objects(text)).endpoints["web.default.svc.cluster.local"]
    assert [one.ports for one in found] == [expected]


@pytest.mark.parametrize("selector", ["{app: web, version: v2}", "{}"])
def test_a_selector_finds_only_what_carries_all_of_it(selector: str) -> None:
    """A label more selects less, and no label selects nothing."""
    text = TEXT.format(selector=selector, target="80", ports="{}")
    found = build_registry(objects(text)).endpoints["web.default.svc.cluster.local"]
    assert found == ()


def test_nothing_is_selected_from_nothing() -> None:
    """No workload, no endpoint."""
    assert selected((), {"app": "web"}, ()) == ()


def test_a_workload_that_is_probed_is_no_endpoint_before_it_passes() -> None:
    """Its condition decides once its annotation says that it is probed."""
    annotated = "annotations: {proxy.istio.io/health-checks-enabled: 'true'}"
    for annotation, status, found in (
        (annotated, "'True'", 1),
        (annotated, "'False'", 0),
        (annotated, "Unknown", 0),
        ("labels: {}", "'False'", 1),
    ):
        text = f"""
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: {{name: one, {annotation}}}
spec: {{address: 10.0.0.1, labels: {{app: web}}}}
status: {{conditions: [{{type: Healthy, status: {status}}}]}}
"""
        (entry,) = objects(text)
        assert isinstance(entry, WorkloadEntry)
        assert len(selected([workload_of(entry)], {"app": "web"}, ())) == found
