"""Subsets: those that routes name, and the workloads that their labels select.

Istio looks for a DestinationRule where the caller is, where the service is, and in the root
namespace. One elsewhere defines a subset for callers of that namespace alone.
"""

from collections.abc import Iterator

from libs.compile.hosts import covers, fqdn
from libs.compile.rules import Policy, policy_for
from libs.desired.finding import Finding, Rule
from libs.kernel.messages import Level
from libs.lint import rules
from libs.lint.clusterview import ClusterView, nearest
from libs.lint.destinations import destinations
from libs.lint.subject import Path, Subject, report
from libs.meshapi.destinationrule import DestinationRule
from libs.meshapi.virtualservice import Destination, VirtualService
from libs.registry.service import Service


def check(view: ClusterView) -> Iterator[Finding]:
    """Check subsets from both ends. An unknown host is a matter of other checks."""
    rules_by_key = {one.key: one for one in view.of(DestinationRule)}
    for one in view.of(VirtualService):
        for path, destination in destinations(one.object.spec):
            host = fqdn(destination.host, one.namespace, view.world.domain)
            service = view.service(host)
            if destination.subset and service is not None:
                policy = _policy(view, one.namespace, host, service)
                if policy is None or destination.subset not in policy.subsets:
                    sources = policy.sources if policy else ()
                    others = [rules_by_key[key] for key in sources if key in rules_by_key]
                    finding = _undefined(view, one, (path, destination), policy)
                    yield report(*finding, others)
    for rule in rules_by_key.values():
        yield from _without_workload(view, rule)


def _policy(view: ClusterView, client: str, host: str, service: Service) -> Policy | None:
    root = view.world.settings.root_namespace
    own = () if client == root else (client,)
    return policy_for(view.world.policies, host, (*own, service.namespace, root))


def _undefined(
    view: ClusterView,
    one: Subject[VirtualService],
    place: tuple[Path, Destination],
    policy: Policy | None,
) -> tuple[Rule, Subject[VirtualService], Path, str]:
    path, destination = place
    subset, where = destination.subset, (*path, "subset")
    host = fqdn(destination.host, one.namespace, view.world.domain)
    elsewhere = _elsewhere(view, host, subset)
    if elsewhere is not None:
        text = (
            f"subset `{subset}` of `{host}` is only defined in namespace `{elsewhere}`, for its "
            "callers; define it in the service's namespace"
        )
        return rules.MISSING.as_level(Level.WARNING), one, where, text
    hint = _hint(subset, tuple(policy.subsets) if policy else ())
    text = f"no DestinationRule defines subset `{subset}` of `{host}`; {hint}"
    return rules.MISSING.as_level(view.absence()), one, where, text


def _elsewhere(view: ClusterView, host: str, subset: str) -> str | None:
    for namespace, policies in sorted(view.world.policies.items()):
        for pattern, policy in policies.items():
            if covers(pattern, host) and subset in policy.subsets:
                return namespace
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
    service = view.service(fqdn(rule.object.spec.host, rule.namespace, view.world.domain))
    workloads = service.endpoints if service else ()
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
