"""Policies of which only one counts for a workload: PeerAuthentication, ProxyConfig, Telemetry.

Policies of other kinds add up. The oldest counts; where a stated order tells which one that is, a
second one is only useless.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from libs.desired.finding import Finding, Rule
from libs.kernel.messages import Level
from libs.lint import istiorules, kialirules
from libs.lint.clusterview import ClusterView
from libs.lint.index import Index
from libs.lint.interface import each
from libs.lint.selection import scope_of, selector_of
from libs.lint.subject import Subject, report
from libs.lint.workloads import selected
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.metadata import PRIORITY_ANNOTATION
from libs.meshapi.peerauthentication import PeerAuthentication
from libs.meshapi.proxyconfig import ProxyConfig
from libs.meshapi.telemetry import Telemetry
from libs.registry.order import age


@dataclass(frozen=True, slots=True)
class _Topic:
    """A kind, and the rules about two for a namespace and two for a workload.

    `for_all` has the policies without a selector by namespace, `by_label` the others by namespace
    and each of their labels.
    """

    kind: type[MeshObject]
    general: Rule
    same_workload: Rule
    for_all: Index[Any]
    by_label: Index[Any]


def _namespace_of_general(obj: MeshObject, _domain: str) -> tuple[str, ...]:
    return (obj.namespace,) if _is_general(obj) else ()


def _selected_labels(obj: MeshObject, _domain: str) -> Iterator[tuple[str, str, str]]:
    for key, value in selector_of(obj)[1].items():
        yield obj.namespace, key, value


def _topic(kind: type[MeshObject], general: Rule, same_workload: Rule) -> _Topic:
    by_label = Index(kind, _selected_labels)
    return _Topic(kind, general, same_workload, Index(kind, _namespace_of_general), by_label)


_KIALI = (kialirules.SEVERAL_GENERAL, kialirules.SEVERAL_FOR_WORKLOAD)
_ISTIO = (istiorules.TELEMETRIES_OF_ONE_NAMESPACE, istiorules.TELEMETRIES_OF_ONE_WORKLOAD)
_TOPICS = (
    _topic(PeerAuthentication, *_KIALI),
    _topic(ProxyConfig, *_KIALI),
    _topic(Telemetry, *_ISTIO),
)


def _check(topic: _Topic, view: ClusterView, one: Subject[MeshObject]) -> Iterator[Finding]:
    """Compare a policy with the older ones of its kind and namespace."""
    if _is_general(one.object):
        former = view.find(topic.for_all, one.namespace)[0]
        if former is not one:
            text = f"{former.key} is for the whole namespace `{one.namespace}` as well"
            yield _useless(topic.general, one, former, text)
    else:
        yield from _same_workload(topic, view, one)


CHECKS = tuple(each(topic.kind, partial(_check, topic)) for topic in _TOPICS)


def _same_workload(topic: _Topic, view: ClusterView, one: Subject[MeshObject]) -> Iterator[Finding]:
    """Report a policy that shares a workload with an older one, once."""
    _, labels = selector_of(one.object)
    for workload in selected(view, scope_of(view, one), labels) if labels else ():
        former = _older(topic, view, one, workload.labels)
        if former is not None:
            text = f"{former.key} selects {workload.key} as well"
            yield _useless(topic.same_workload, one, former, text)
            return


def _older(
    topic: _Topic, view: ClusterView, one: Subject[MeshObject], labels: Mapping[str, str]
) -> Subject[Any] | None:
    """Return an older policy of the namespace that selects these labels."""
    for label in labels.items():
        for other in view.find(topic.by_label, (one.namespace, *label)):
            wanted = selector_of(other.object)[1].items()
            if age(other.object) < age(one.object) and wanted <= labels.items():
                return other
    return None


def _is_general(obj: MeshObject) -> bool:
    spec: Any = getattr(obj, "spec", None)
    refs = getattr(spec, "target_ref", None) or getattr(spec, "target_refs", ())
    return not refs and not selector_of(obj)[1]


def _content(obj: MeshObject) -> object:
    """Return what a policy says about its workloads, whichever these are."""
    spec: Any = getattr(obj, "spec", None)
    return spec.model_copy(update={"selector": None})


def _useless(rule: Rule, one: Subject[Any], former: Subject[Any], shared: str) -> Finding:
    if _content(former.object) == _content(one.object):
        text = f"{shared} and says the same; keep one"
        return report(rule.as_level(Level.WARNING), one, (), text, [former])
    if age(former.object)[:2] != age(one.object)[:2]:
        text = f"{shared} and comes first, so this has no effect; keep one"
        return report(rule.as_level(Level.WARNING), one, (), text, [former])
    text = (
        f"{shared}, and only one of them counts; keep one, or state the order with annotation "
        f"`{PRIORITY_ANNOTATION}`"
    )
    return report(rule, one, (), text, [former])
