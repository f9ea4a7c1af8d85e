"""Which hosts a change of an object can reach."""

import pytest

from libs.registry.build import build_registry, changed_registry
from libs.registry.sources import Sources
from libs.registry.tests.objects import objects

WEB, API = "web.default.svc.cluster.local", "api.example"
MESH = f"""
apiVersion: v1
kind: Service
metadata: {{name: web}}
spec: {{selector: {{app: web}}, ports: [{{name: http, port: 80}}]}}
---
apiVersion: v1
kind: Service
metadata: {{name: far, namespace: other}}
spec: {{selector: {{app: web}}, ports: [{{name: http, port: 80}}]}}
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {{name: api}}
spec:
  hosts: [{API}]
  ports: [{{number: 80, name: http, protocol: HTTP}}]
  resolution: STATIC
  workloadSelector: {{labels: {{app: api}}}}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {{name: web-1, labels: {{kubernetes.io/service-name: web}}}}
addressType: IPv4
ports: [{{name: http, port: 8080}}]
endpoints: [{{addresses: [10.0.0.3], targetRef: {{kind: WorkloadEntry, name: named}}}}]
"""


def _workload(name: str, app: str) -> str:
    return f"""
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: {{name: {name}}}
spec: {{address: 10.0.0.9, labels: {{app: {app}}}}}
"""


@pytest.mark.parametrize(
    ("text", "reached"),
    [
        pytest.param(_workload("w", "web"), {WEB}, id="a workload that a Service selects"),
        pytest.param(_workload("w", "api"), {API}, id="a workload that an entry selects"),
        pytest.param(_workload("named", "none"), {WEB}, id="a workload that a slice names"),
        pytest.param(_workload("w", "none"), set(), id="a workload of nobody"),
    ],
)
def test_a_workload_reaches_the_hosts_that_have_it(text: str, reached: set[str]) -> None:
    """Of its own namespace only."""
    sources, _ = Sources("cluster.local").changed((), objects(MESH))
    assert sources.changed((), objects(text))[1] == reached


def test_the_other_services_stay_the_same_objects() -> None:
    """And a table in which nothing changed stays the same table."""
    former = build_registry(objects(MESH))
    now = changed_registry(former, (), objects(_workload("w", "web")))
    assert now.services is former.services
    assert [one.address for one in now.endpoints[WEB]] == ["10.0.0.3", "10.0.0.9"]
    assert now.endpoints[API] is former.endpoints[API]
    assert now.addresses["10.0.0.9"][0][0] == WEB


def test_what_goes_leaves_no_trace() -> None:
    """A service without its entry is gone from every table."""
    everything = objects(MESH)
    (entry,) = (one for one in everything if one.kind == "ServiceEntry")
    rest = tuple(one for one in everything if one is not entry)
    assert changed_registry(build_registry(everything), [entry], ()) == build_registry(rest)
