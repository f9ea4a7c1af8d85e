"""Sidecars whose selection or outbound mode does not mean what it seems to."""

from collections.abc import Iterator

from libs.desired.finding import Finding
from libs.lint import istiorules, kialirules
from libs.lint.clusterview import ClusterView
from libs.lint.interface import each
from libs.lint.namespaces import namespace_object
from libs.lint.subject import Path, Subject, report
from libs.lint.workloads import selected
from libs.meshapi.sidecar import OutboundTrafficPolicy, Sidecar

_MODE_LABEL = "istio.io/dataplane-mode"
_AMBIENT = "ambient"
_SELECTOR = ("spec", "workloadSelector")


def check(view: ClusterView, one: Subject[Sidecar]) -> Iterator[Finding]:
    """Check where a Sidecar applies, and that its outbound mode is written."""
    root = view.settings.root_namespace
    if one.namespace == root and one.object.spec.workload_selector is not None:
        text = (
            f"namespace `{root}` is the mesh's root, where a Sidecar is for all namespaces; "
            "remove `workloadSelector`, or move this to the workloads' namespace"
        )
        yield report(kialirules.ROOT_SIDECAR_SELECTS, one, _SELECTOR, text)
    yield from _without_mode(one)
    namespace = namespace_object(view, one.namespace)
    labels = namespace.object.metadata.labels if namespace is not None else {}
    if labels.get(_MODE_LABEL) == _AMBIENT or _selects_ambient(view, one):
        text = (
            "its workloads are in ambient mode and have no sidecars, so this has no effect; "
            f"remove it, or the label `{_MODE_LABEL}`"
        )
        yield report(istiorules.AMBIENT_SIDECAR, one, (), text)


CHECKS = (each(Sidecar, check),)


def _without_mode(one: Subject[Sidecar]) -> Iterator[Finding]:
    """Look in the file: an object does not tell a default that is written from one that is not."""
    policy = one.object.spec.outbound_traffic_policy
    path: Path = ("spec", "outboundTrafficPolicy")
    if policy == OutboundTrafficPolicy() and one.at((*path, "mode")) == one.at(path):
        text = "without a mode, calls to unknown hosts are refused; write `mode: REGISTRY_ONLY`"
        yield report(kialirules.OUTBOUND_MODE, one, path, text)


def _selects_ambient(view: ClusterView, one: Subject[Sidecar]) -> bool:
    selector = one.object.spec.workload_selector
    return selector is not None and any(
        workload.labels.get(_MODE_LABEL) == _AMBIENT
        for workload in selected(view, one.namespace, selector.labels)
    )
