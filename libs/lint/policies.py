"""DestinationRules: their host has to be a service's, and they must not define a thing twice."""

from collections.abc import Iterator

from libs.compile.hosts import fqdn, overlap
from libs.desired.finding import Finding
from libs.lint import rules
from libs.lint.clusterview import ClusterView, nearest_host
from libs.lint.subject import Path, Subject, report
from libs.meshapi.destinationrule import DestinationRule


def check(view: ClusterView) -> Iterator[Finding]:
    """Check every DestinationRule by itself and against the older ones."""
    first: dict[tuple[str, str, str], Subject[DestinationRule]] = {}
    for one in view.of(DestinationRule):
        host = fqdn(one.object.spec.host, one.namespace, view.world.domain)
        yield from _unknown_host(view, one, host)
        if one.object.spec.workload_selector is not None:
            continue
        for path, name in _defined(one.object):
            former = first.setdefault((one.namespace, host, name), one)
            if former is not one:
                yield _twice(one, former, path, name)


def _unknown_host(view: ClusterView, one: Subject[DestinationRule], host: str) -> Iterator[Finding]:
    services = view.world.registry.services
    if host in services or any(overlap(host, name) for name in services):
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
    text = (
        f"{former.key} defines {what} for the same host and comes first, so this has no effect; "
        "keep one"
    )
    return report(rules.SUBSET_TWICE, one, path, text, [former])
