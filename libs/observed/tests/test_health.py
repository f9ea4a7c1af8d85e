"""Tests of how far objects are."""

from typing import Any

import pytest

from libs.kernel.origins import ObjectKey
from libs.observed.health import Health, health_of
from libs.ports.kubecluster import LiveObject

APPS, CORE, ISTIO = "apps", "", "networking.istio.io"
GATEWAY = "gateway.networking.k8s.io"


def condition(kind: str, status: str, reason: str = "Why") -> dict[str, Any]:
    """Return a condition."""
    return {"type": kind, "status": status, "reason": reason}


READY = {"updatedReplicas": 2, "readyReplicas": 2, "availableReplicas": 2}
CASES: list[tuple[str, str, dict[str, Any], Health]] = [
    (CORE, "ConfigMap", {}, Health.CURRENT),
    ("x", "Any", {"status": {"observedGeneration": 1}}, Health.IN_PROGRESS),
    ("x", "Any", {"status": {"conditions": [condition("Stalled", "True")]}}, Health.FAILED),
    ("x", "Any", {"status": {"conditions": [condition("Reconciling", "True")]}},
     Health.IN_PROGRESS),
    ("x", "Any", {"status": {"conditions": [condition("Ready", "False")]}}, Health.IN_PROGRESS),
    ("x", "Any", {"status": {"conditions": [condition("Ready", "True")]}}, Health.CURRENT),
    (APPS, "Deployment", {"spec": {"replicas": 2}, "status": READY}, Health.CURRENT),
    (APPS, "Deployment", {"spec": {"replicas": 3}, "status": READY}, Health.IN_PROGRESS),
    (APPS, "Deployment",
     {"status": {"conditions": [condition("Progressing", "False", "ProgressDeadlineExceeded")]}},
     Health.FAILED),
    (APPS, "DaemonSet", {}, Health.IN_PROGRESS),
    (CORE, "Pod", {"status": {"phase": "Running", "conditions": [condition("Ready", "True")]}},
     Health.CURRENT),
    (CORE, "Pod", {"status": {"containerStatuses": [
        {"name": "c", "state": {"waiting": {"reason": "CrashLoopBackOff"}}}]}}, Health.FAILED),
    (CORE, "Service", {"spec": {"type": "LoadBalancer"}}, Health.IN_PROGRESS),
    (CORE, "Service", {"spec": {"type": "LoadBalancer", "clusterIP": "10.0.0.1"}}, Health.CURRENT),
    (CORE, "PersistentVolumeClaim", {"status": {"phase": "Pending"}}, Health.IN_PROGRESS),
    ("batch", "Job", {"status": {"active": 1}}, Health.CURRENT),
    ("batch", "Job", {"status": {"conditions": [condition("Failed", "True")]}}, Health.FAILED),
    ("apiextensions.k8s.io", "CustomResourceDefinition", {}, Health.IN_PROGRESS),
    ("apiextensions.k8s.io", "CustomResourceDefinition",
     {"status": {"conditions": [condition("NamesAccepted", "False")]}}, Health.FAILED),
    (GATEWAY, "Gateway", {"status": {"conditions": [condition("Programmed", "False")]}},
     Health.FAILED),
    (GATEWAY, "HTTPRoute",
     {"status": {"parents": [{"conditions": [condition("Accepted", "False")]}]}}, Health.FAILED),
    (ISTIO, "VirtualService", {}, Health.CURRENT),
    (ISTIO, "VirtualService", {"status": {"conditions": [condition("Reconciled", "False")]}},
     Health.IN_PROGRESS),
    (ISTIO, "VirtualService", {"status": {"conditions": [condition("PassedAnalysis", "False")]}},
     Health.FAILED),
]  # fmt: skip


@pytest.mark.parametrize(("group", "kind", "body", "health"), CASES)
def test_each_kind_has_its_rules(
    group: str, kind: str, body: dict[str, Any], health: Health
) -> None:
    """What is not current says why."""
    verdict = health_of(LiveObject(ObjectKey(group, kind, "d", "a"), "u", "1", 2, body))
    assert verdict.health is health
    assert bool(verdict.reason) is (health is not Health.CURRENT)


def test_what_is_deleted_names_who_holds_it() -> None:
    """Deletion comes before every other rule."""
    body = {"metadata": {"deletionTimestamp": "t", "finalizers": ["a/b"]}}
    verdict = health_of(LiveObject(ObjectKey("", "Pod", "d", "a"), "u", "1", 0, body))
    assert verdict.health is Health.TERMINATING
    assert "a/b" in verdict.reason
