"""Rules of what policies are for: one selection at most, and labels without wildcards."""

from collections.abc import Iterator, Mapping, Sequence

from libs.meshapi.base import Model
from libs.meshapi.problems import Path, Problem
from libs.meshapi.quoting import quoted
from libs.meshapi.rules import names
from libs.meshapi.rules.common import alternatives, listing
from libs.meshapi.selectors import LabelSelector, WorkloadSelector
from libs.meshapi.targets import PolicyTarget

_VALUELESS = frozenset({"Exists", "DoesNotExist"})
_TARGET_KINDS = (
    ("gateway.networking.k8s.io", "Gateway"),
    ("gateway.networking.k8s.io", "GatewayClass"),
    ("", "Service"),
    ("networking.istio.io", "ServiceEntry"),
)


def selection(spec: Model) -> Iterator[Problem]:
    """Check the fields of a policy's spec that say what it is for."""
    yield from alternatives(("spec",), spec)
    selector: WorkloadSelector | None = getattr(spec, "selector", None)
    if selector is not None:
        yield from labels(("spec", "selector", "matchLabels"), selector.match_labels)
    target: PolicyTarget | None = getattr(spec, "target_ref", None)
    if target is not None:
        yield from _target(("spec", "targetRef"), target)
    targets: Sequence[PolicyTarget] = getattr(spec, "target_refs", ())
    for index, one in enumerate(targets):
        yield from _target(("spec", "targetRefs", index), one)


def labels(path: Path, selected: Mapping[str, str]) -> Iterator[Problem]:
    """Check labels that select workloads: keys and values as Kubernetes writes them."""
    for key, value in selected.items():
        wild = "*" in key or "*" in value
        fault = "a selector knows no wildcards; write the label itself" if wild else None
        fault = fault or names.label_key_fault(key) or names.label_value_fault(value)
        if fault is not None:
            yield Problem((*path, key), fault)


def requirements(path: Path, selector: LabelSelector | None) -> Iterator[Problem]:
    """Check that each requirement of a selector has values where its operator needs them."""
    for index, one in enumerate(selector.match_expressions if selector else ()):
        here = (*path, "matchExpressions", index)
        if one.operator not in _VALUELESS and not one.values:
            yield Problem(here, f"operator `{one.operator}` needs `values`; write them")
        if one.operator in _VALUELESS and one.values:
            text = f"operator `{one.operator}` takes no `values`; remove them"
            yield Problem((*here, "values"), text, at_key=True)


def _target(path: Path, target: PolicyTarget) -> Iterator[Problem]:
    if target.namespace:
        text = "a target is in the policy's own namespace; remove `namespace`"
        yield Problem((*path, "namespace"), text, at_key=True)
    if (target.group, target.kind) not in _TARGET_KINDS:
        known = listing([f"{group}/{kind}".lstrip("/") for group, kind in _TARGET_KINDS], "or")
        what = f"{target.group}/{target.kind}".lstrip("/")
        yield Problem((*path, "kind"), f"no policy attaches to {quoted(what)}; write {known}")
