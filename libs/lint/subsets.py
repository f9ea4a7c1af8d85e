"""Subsets: those that routes name, and the workloads that their labels select.

Istio looks for a DestinationRule where the caller is, where the service is, and in the root
namespace. One elsewhere defines a subset for callers of that namespace alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from libs.compile.hosts import fqdn
from libs.desired.finding import Finding
from libs.kernel.messages import Level
from libs.lint import rules
from libs.lint.clusterview import ClusterView
from libs.lint.destinations import destinations
from libs.lint.hostpolicies import RULES
from libs.lint.index import Index
from libs.lint.interface import each
from libs.lint.nearness import nearest
from libs.lint.subject import Path, Subject, report
from libs.meshapi.destinationrule import DestinationRule
from libs.meshapi.virtualservice import VirtualService
from libs.registry.hostnames import covers
from libs.registry.service import Service

_SUBSETS = Index(DestinationRule, lambda one, _: (subset.name for subset in one.spec.subsets))


def _named(view: ClusterView, one: Subject[VirtualService]) -> Iterator[Finding]:
    """Check the subsets that routes name. An unknown host is a matter of other checks."""
    for path, destination in destinations(one.object.spec):
        host = fqdn(destination.host, one.namespace, view.domain)
        service = view.service(host) if destination.subset else None
        if service is not None:
            use = _Use(one, (*path, "subset"), destination.subset, host)
            yield from _undefined(view, use, _callers(view, one.namespace, service))


@dataclass(frozen=True, slots=True)
class _Use:
    """A subset as a route names it."""

    by: Subject[VirtualService]
    path: Path
    subset: str
    host: str


def _callers(view: ClusterView, client: str, service: Service) -> Sequence[str]:
    """Return the namespaces in which a policy is looked for, the first one first."""
    root = view.settings.root_namespace
    own = () if client == root else (client,)
    return (*own, service.namespace, root)


def _undefined(view: ClusterView, use: _Use, callers: Sequence[str]) -> Iterator[Finding]:
    service = view.service(use.host)
    where = service.namespace if service is not None else ""
    found = view.policies(use.host, where, use.by.namespace)
    if any(use.subset in one.subsets for one in found):
        return
    policy = found[-1] if found else None
    elsewhere = _elsewhere(view, use, callers)
    if elsewhere is not None:
        text = (
            f"subset `{use.subset}` of `{use.host}` is only defined in namespace `{elsewhere}`, "
            "for callers there; define it in the service's namespace"
        )
        yield report(rules.MISSING.as_level(Level.WARNING), use.by, use.path, text)
        return
    hint = _hint(use.subset, tuple(policy.subsets) if policy else ())
    text = f"no DestinationRule defines subset `{use.subset}` of `{use.host}`; {hint}"
    sources = set(policy.sources if policy else ())
    others = [one for key in sorted(sources) for one in view.find(RULES, key)]
    yield report(rules.MISSING.as_level(view.absence()), use.by, use.path, text, others)


def _elsewhere(view: ClusterView, use: _Use, callers: Sequence[str]) -> str | None:
    """Return a namespace that defines the subset, and in which these callers never look."""
    for one in view.find(_SUBSETS, use.subset):
        host = fqdn(one.object.spec.host, one.namespace, view.domain)
        if one.namespace not in callers and covers(host, use.host):
            return one.namespace
    return None


def _hint(subset: str, defined: tuple[str, ...]) -> str:
    if not defined:
        return "write a DestinationRule with it"
    near = nearest(subset, defined)
    if near is not None:
        return f"did you mean `{near}`?"
    return "defined are " + ", ".join(f"`{name}`" for name in sorted(defined))


def _without_workload(view: ClusterView, rule: Subject[DestinationRule]) -> Iterator[Finding]:
    """Compare labels where all of a service's workloads are known: workloads may come later."""
    service = view.service(fqdn(rule.object.spec.host, rule.namespace, view.domain))
    workloads = view.endpoints(service.hostname) if service else ()
    if service is None or not workloads or not all(one.labels for one in workloads):
        return
    for index, subset in enumerate(rule.object.spec.subsets):
        if not any(subset.labels.items() <= one.labels.items() for one in workloads):
            text = (
                f"no workload of `{service.hostname}` has the labels of subset `{subset.name}`; "
                "calls to it fail until one has"
            )
            yield report(
                rules.SUBSET_WITHOUT_WORKLOAD, rule, ("spec", "subsets", index, "labels"), text
            )


CHECKS = (each(VirtualService, _named), each(DestinationRule, _without_workload))
