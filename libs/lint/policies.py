"""DestinationRules: their host has to be a service's, and they must not define a thing twice.

The older of two counts. Where they say different things and no order is stated, nobody knows which
one that is.
"""

from collections.abc import Iterator

from libs.compile.hosts import fqdn, overlap
from libs.desired.finding import Finding
from libs.lint import rules
from libs.lint.clusterview import ClusterView, nearest_host
from libs.lint.hostpolicies import RULES_OF_HOST
from libs.lint.interface import each
from libs.lint.subject import Path, Subject, report
from libs.meshapi.destinationrule import DestinationRule
from libs.meshapi.metadata import PRIORITY_ANNOTATION
from libs.registry.hostnames import is_wildcard
from libs.registry.order import age


def check(view: ClusterView, one: Subject[DestinationRule]) -> Iterator[Finding]:
    """Check a DestinationRule by itself and against the older ones for its host."""
    host = fqdn(one.object.spec.host, one.namespace, view.domain)
    yield from _unknown_host(view, one, host)
    if one.object.spec.workload_selector is not None:
        return
    first: dict[str, Subject[DestinationRule]] = {}
    for former in view.find(RULES_OF_HOST, (one.namespace, host)):
        if former is one:
            break
        if former.object.spec.workload_selector is None:
            for _, name in _defined(former.object):
                first.setdefault(name, former)
    for path, name in _defined(one.object):
        older = first.setdefault(name, one)
        if older is not one:
            yield _twice(one, older, path, name)


CHECKS = (each(DestinationRule, check),)


def _unknown_host(view: ClusterView, one: Subject[DestinationRule], host: str) -> Iterator[Finding]:
    if view.service(host) is not None:
        return
    if is_wildcard(host) and any(overlap(host, name) for name in view.hosts()):
        return
    near = nearest_host(view, one.object.spec.host, one.namespace)
    hint = f"did you mean `{near}`?" if near else "correct the name, or add the service"
    text = f"no service has the host `{host}`, so this has no effect; {hint}"
    yield report(rules.POLICY_WITHOUT_SERVICE, one, ("spec", "host"), text)


def _defined(obj: DestinationRule) -> Iterator[tuple[Path, str]]:
    """Return what counts once per host: each subset by name, and the policy of the host itself."""
    if obj.spec.traffic_policy is not None:
        yield ("spec", "trafficPolicy"), ""
    for index, subset in enumerate(obj.spec.subsets):
        yield ("spec", "subsets", index, "name"), subset.name


def _twice(
    one: Subject[DestinationRule], former: Subject[DestinationRule], path: Path, name: str
) -> Finding:
    what = f"subset `{name}`" if name else "a traffic policy"
    stated = age(former.object)[:2] != age(one.object)[:2]
    if not stated and _said(one.object, name) != _said(former.object, name):
        text = (
            f"{former.key} defines {what} for the same host differently, and only one of them "
            f"counts; merge them, or state the order with annotation `{PRIORITY_ANNOTATION}`"
        )
        return report(rules.ORDER_NOT_STATED, one, path, text, [former])
    text = (
        f"{former.key} defines {what} for the same host and comes first, so this has no effect; "
        "keep one"
    )
    return report(rules.SUBSET_TWICE, one, path, text, [former])


def _said(obj: DestinationRule, name: str) -> object:
    if not name:
        return obj.spec.traffic_policy
    return next((subset for subset in obj.spec.subsets if subset.name == name), None)
