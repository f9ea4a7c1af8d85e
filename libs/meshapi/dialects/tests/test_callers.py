"""A caller by service is its workloads, and never everybody."""

from collections.abc import Mapping

import pytest

from libs.meshapi.dialects.callers import caller_of
from libs.meshapi.dialects.istioservice import IstioService
from libs.meshapi.dialects.tests.oldobjects import old, run_beside, said

SERVICE = """
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {run: web}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: outside, namespace: shop}
spec: {ports: [{port: 80}]}
"""
RULE = old("RouteRule", "{destination: {name: reviews}}")


@pytest.mark.parametrize(
    ("source", "labels", "note"),
    [
        (IstioService(name="web"), {"run": "web"}, None),
        (IstioService(name="web", labels={"v": "1"}), {"run": "web", "v": "1"}, None),
        (IstioService(labels={"v": "1"}), {"v": "1"}, None),
        (IstioService(name="new"), {"app": "new"}, "correct that if not"),
        (IstioService(name="web", labels={"run": "x"}), None, "no workload of the caller"),
        (IstioService(name="outside"), None, "selects no workloads"),
        (IstioService(service="example.com"), None, "no workload of the mesh"),
    ],
)
def test_who_calls(
    source: IstioService, labels: Mapping[str, str] | None, note: str | None
) -> None:
    """A Service's selector counts; what means no workload leaves nothing of the object."""
    run = run_beside(SERVICE)
    caller = caller_of(RULE, ("spec",), source, run)
    assert (None if caller is None else caller.labels) == labels
    assert all(note is not None and note in text for text in said(run))
    assert bool(run.notes) == (note is not None)
