"""Whether an object has become what it should be: the rules of kstatus, and those of mesh kinds.

A mesh kind is accepted when the API server took it. What it does to proxies is for others to tell.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from libs.ports.kubecluster import Body, LiveObject


class Health(StrEnum):
    """How far an object is."""

    CURRENT = "current"
    IN_PROGRESS = "in progress"
    FAILED = "failed"
    TERMINATING = "terminating"


@dataclass(frozen=True, slots=True)
class Verdict:
    """How far an object is, and why where it is not current."""

    health: Health
    reason: str = ""


CURRENT = Verdict(Health.CURRENT)

Conditions = Mapping[str, Body]
"""The conditions of a status by type."""


def health_of(live: LiveObject) -> Verdict:
    """Return how far an object is; one without conditions is current at once."""
    body = live.body
    if live.deleting:
        holders = ", ".join(live.metadata.get("finalizers") or ()) or "its deletion grace"
        return Verdict(Health.TERMINATING, f"deletion waits for {holders}")
    status: Body = body.get("status") or {}
    observed = status.get("observedGeneration")
    if isinstance(observed, int) and observed < live.generation:
        return _progress(f"generation {live.generation} is not observed yet, {observed} is")
    conditions = _conditions(status)
    if _is(conditions, "Stalled", "True"):
        return _failed(conditions["Stalled"])
    if _is(conditions, "Reconciling", "True"):
        return _progress(_said(conditions["Reconciling"]))
    rule = _RULES.get((live.key.group, live.key.kind))
    found = rule(body, status, conditions) if rule is not None else None
    return found or _by_ready(conditions)


def _by_ready(conditions: Conditions) -> Verdict:
    ready = conditions.get("Ready")
    if ready is None or ready.get("status") == "True":
        return CURRENT
    return _progress(_said(ready))


def _deployment(body: Body, status: Body, conditions: Conditions) -> Verdict | None:
    progressing = conditions.get("Progressing", {})
    if progressing.get("reason") == "ProgressDeadlineExceeded":
        return _failed(progressing)
    wanted = body.get("spec", {}).get("replicas", 1)
    return _replicas(wanted, status, ("updatedReplicas", "readyReplicas", "availableReplicas"))


def _stateful_set(body: Body, status: Body, _seen: Conditions) -> Verdict | None:
    wanted = body.get("spec", {}).get("replicas", 1)
    return _replicas(wanted, status, ("updatedReplicas", "readyReplicas"))


def _daemon_set(_body: Body, status: Body, _seen: Conditions) -> Verdict | None:
    if "desiredNumberScheduled" not in status:
        return _progress("no node was chosen yet")
    wanted = status["desiredNumberScheduled"]
    return _replicas(wanted, status, ("updatedNumberScheduled", "numberReady"))


def _replicas(wanted: int, status: Body, fields: tuple[str, ...]) -> Verdict:
    for field in fields:
        have = status.get(field) or 0
        if have < wanted:
            return _progress(f"{field} is {have} of {wanted}")
    return CURRENT


def _pod(_body: Body, status: Body, conditions: Conditions) -> Verdict | None:
    for one in status.get("containerStatuses") or ():
        waiting = one.get("state", {}).get("waiting") or {}
        if waiting.get("reason") == "CrashLoopBackOff":
            return Verdict(Health.FAILED, f"container {one.get('name')} crashes again and again")
    phase = status.get("phase")
    if phase == "Failed":
        return Verdict(Health.FAILED, str(status.get("reason") or "the Pod failed"))
    if phase == "Succeeded" or _is(conditions, "Ready", "True"):
        return CURRENT
    return _progress(f"the Pod is {str(phase or 'pending').lower()}")


def _job(_body: Body, _status: Body, conditions: Conditions) -> Verdict | None:
    return _failed(conditions["Failed"]) if _is(conditions, "Failed", "True") else CURRENT


def _claim(_body: Body, status: Body, _seen: Conditions) -> Verdict | None:
    phase = status.get("phase")
    return CURRENT if phase == "Bound" else _progress(f"the claim is {phase or 'pending'}")


def _crd(_body: Body, _status: Body, conditions: Conditions) -> Verdict | None:
    if _is(conditions, "NamesAccepted", "False"):
        return _failed(conditions["NamesAccepted"])
    if _is(conditions, "Established", "True"):
        return CURRENT
    return _progress("the kind is not established yet")


def _service(body: Body, _status: Body, _seen: Conditions) -> Verdict | None:
    spec = body.get("spec", {})
    if spec.get("type") == "LoadBalancer" and not spec.get("clusterIP"):
        return _progress("the service has no cluster IP yet")
    return CURRENT


def _gateway_api(_body: Body, _status: Body, conditions: Conditions) -> Verdict | None:
    for name in ("Accepted", "Programmed", "ResolvedRefs"):
        if _is(conditions, name, "False"):
            return _failed(conditions[name])
    return CURRENT


def _route(_body: Body, status: Body, _seen: Conditions) -> Verdict | None:
    for parent in status.get("parents") or ():
        found = _conditions(parent)
        for name in ("Accepted", "ResolvedRefs"):
            if _is(found, name, "False"):
                return _failed(found[name])
    return CURRENT


def _istio(_body: Body, _status: Body, conditions: Conditions) -> Verdict | None:
    """Istio writes status only where it is told to; then analysis and distribution count."""
    if _is(conditions, "PassedAnalysis", "False"):
        return _failed(conditions["PassedAnalysis"])
    if _is(conditions, "Reconciled", "False"):
        return _progress(_said(conditions["Reconciled"]))
    return CURRENT


Rule = Callable[[Body, Body, Conditions], Verdict | None]
_GATEWAY = "gateway.networking.k8s.io"
_ROUTES = ("HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute")
_ISTIO: Mapping[str, tuple[str, ...]] = {
    "networking.istio.io": (
        "VirtualService",
        "DestinationRule",
        "Gateway",
        "ServiceEntry",
        "Sidecar",
        "EnvoyFilter",
        "WorkloadEntry",
        "WorkloadGroup",
        "ProxyConfig",
    ),
    "security.istio.io": ("AuthorizationPolicy", "PeerAuthentication", "RequestAuthentication"),
    "telemetry.istio.io": ("Telemetry",),
    "extensions.istio.io": ("WasmPlugin",),
}
_RULES: Mapping[tuple[str, str], Rule] = {
    ("apps", "Deployment"): _deployment,
    ("apps", "StatefulSet"): _stateful_set,
    ("apps", "DaemonSet"): _daemon_set,
    ("", "Pod"): _pod,
    ("", "Service"): _service,
    ("", "PersistentVolumeClaim"): _claim,
    ("batch", "Job"): _job,
    ("apiextensions.k8s.io", "CustomResourceDefinition"): _crd,
    (_GATEWAY, "Gateway"): _gateway_api,
    (_GATEWAY, "GatewayClass"): _gateway_api,
    **{(_GATEWAY, kind): _route for kind in _ROUTES},
    **{(group, kind): _istio for group, kinds in _ISTIO.items() for kind in kinds},
}


def _conditions(status: Mapping[str, Any]) -> Mapping[str, Body]:
    found = status.get("conditions") or ()
    return {one["type"]: one for one in found if isinstance(one, Mapping) and "type" in one}


def _is(conditions: Conditions, name: str, status: str) -> bool:
    return conditions.get(name, {}).get("status") == status


def _said(condition: Body) -> str:
    return str(condition.get("message") or condition.get("reason") or condition.get("type"))


def _failed(condition: Body) -> Verdict:
    return Verdict(Health.FAILED, _said(condition))


def _progress(reason: str) -> Verdict:
    return Verdict(Health.IN_PROGRESS, reason)
