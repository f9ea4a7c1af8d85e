"""Workloads, Services and namespaces whose labels about sidecars, ambient mode and waypoints clash.

While workloads move from sidecars to ambient mode, both are asked for and the sidecar wins: no call
is hurt, so this is a warning and not Kiali's error.
"""

from collections.abc import Iterator
from typing import Any

from libs.desired.finding import Finding
from libs.lint import kialirules
from libs.lint.clusterview import ClusterView
from libs.lint.dataplane import (
    INJECTION,
    MODE,
    POD_INJECTION,
    USE_WAYPOINT,
    Labels,
    asks_for_sidecar,
    in_ambient,
    injects,
    is_ambient,
    namespace_labels,
    uses_waypoint,
    waypoint,
)
from libs.lint.interface import each
from libs.lint.namespaces import namespace_object
from libs.lint.subject import Path, Subject, report
from libs.lint.workloads import KnownWorkload, selected, workloads_of
from libs.meshapi.deployment import Deployment
from libs.meshapi.namespace import Namespace
from libs.meshapi.pod import Pod
from libs.meshapi.service import Service

_LABELS: Path = ("metadata", "labels")
_TEMPLATES = "inject.istio.io/templates"
_SIDECAR_WINS = "and the sidecar wins"


def _namespace(view: ClusterView, one: Subject[Namespace]) -> Iterator[Finding]:
    """Check the labels of a namespace against each other and against its workloads."""
    labels = one.object.metadata.labels
    if is_ambient(labels) and injects(labels):
        text = (
            f"its labels ask for sidecars and for ambient mode, {_SIDECAR_WINS}; keep `{MODE}`, "
            f"or `{INJECTION}`"
        )
        yield report(kialirules.SIDECARS_AND_AMBIENT, one, (*_LABELS, MODE), text)
    if uses_waypoint(labels):
        yield from _absent(view, one, (_LABELS, labels), one.key.name)
        known = selected(view, one.key.name, {})
        if any(USE_WAYPOINT not in each.labels and _idle(view, each) for each in known):
            yield _without_ambient(one, _LABELS)


def _service(view: ClusterView, one: Subject[Service]) -> Iterator[Finding]:
    """Check that the waypoint is there that a Service names."""
    labels = one.object.metadata.labels
    if USE_WAYPOINT in labels and uses_waypoint({}, labels):
        yield from _absent(view, one, (_LABELS, labels), one.namespace)


def _pods(view: ClusterView, one: Subject[Any]) -> Iterator[Finding]:
    """Check the labels of Pods against those of their namespace."""
    for workload in workloads_of(one):
        path = _path(workload)
        if not _is_gateway(one):
            yield from _mixed(view, workload, path)
        if USE_WAYPOINT in workload.labels and uses_waypoint({}, workload.labels):
            yield from _absent(view, one, (path, workload.labels), one.namespace)
            if _idle(view, workload):
                yield _without_ambient(one, path)


CHECKS = (
    each(Namespace, _namespace),
    each(Service, _service),
    each(Deployment, _pods),
    each(Pod, _pods),
)


def _mixed(view: ClusterView, workload: KnownWorkload, path: Path) -> Iterator[Finding]:
    """Say what in a Pod's labels asks for two things, once."""
    labels, one = workload.labels, workload.subject
    namespace = namespace_labels(view, workload.namespace)
    around = namespace_object(view, workload.namespace)
    others = [around] if around is not None else []
    if not is_ambient(namespace, labels):
        return
    itself = MODE in labels
    if asks_for_sidecar(labels):
        if itself:
            text = f"its labels ask for a sidecar and for ambient mode, {_SIDECAR_WINS}; keep one"
            yield report(kialirules.POD_SIDECAR_AND_AMBIENT, one, (*path, POD_INJECTION), text)
        else:
            text = (
                f"it asks for a sidecar in namespace `{workload.namespace}`, which is in ambient "
                f"mode, {_SIDECAR_WINS}; remove this label, or write `{MODE}: none`"
            )
            rule = kialirules.SIDECAR_IN_AMBIENT
            yield report(rule, one, (*path, POD_INJECTION), text, others)
    elif itself and POD_INJECTION not in labels and injects(namespace):
        text = (
            f"it asks for ambient mode in namespace `{workload.namespace}`, which asks for "
            f'sidecars, {_SIDECAR_WINS}; write `{POD_INJECTION}: "false"`'
        )
        yield report(kialirules.SIDECARS_AND_AMBIENT, one, (*path, MODE), text, others)


def _absent(
    view: ClusterView, one: Subject[Any], at: tuple[Path, Labels], namespace: str
) -> Iterator[Finding]:
    path, labels = at
    if waypoint(view, labels, namespace) is None:
        text = (
            f"no Gateway is the waypoint `{labels[USE_WAYPOINT]}`; correct the name, or add a "
            "Gateway of class `istio-waypoint`"
        )
        rule = kialirules.WAYPOINT_MISSING.as_level(view.absence())
        yield report(rule, one, (*path, USE_WAYPOINT), text)


def _without_ambient(one: Subject[Any], path: Path) -> Finding:
    text = (
        "a waypoint is named for workloads that are not in ambient mode; write the label "
        f"`{MODE}: ambient`, or remove this one"
    )
    return report(kialirules.WAYPOINT_WITHOUT_AMBIENT, one, (*path, USE_WAYPOINT), text)


def _idle(view: ClusterView, workload: KnownWorkload) -> bool:
    """Say whether a Pod is not in ambient mode and does not say so on purpose."""
    return (
        workload.pod is not None
        and MODE not in workload.labels
        and not asks_for_sidecar(workload.labels)
        and not _is_gateway(workload.subject)
        and not in_ambient(view, workload)
    )


def _is_gateway(one: Subject[Any]) -> bool:
    """Say whether injection makes a gateway of a Pod, which is a proxy and has no sidecar."""
    pod = one.object.spec.template if isinstance(one.object, Deployment) else one.object
    names = pod.metadata.annotations.get(_TEMPLATES, "").split(",")
    return any(name.strip() == "gateway" for name in names)


def _path(workload: KnownWorkload) -> Path:
    if isinstance(workload.subject.object, Deployment):
        return ("spec", "template", *_LABELS)
    return _LABELS
