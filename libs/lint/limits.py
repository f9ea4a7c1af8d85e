"""RateLimits for services that are not there."""

from collections.abc import Iterator

from libs.compile.hosts import fqdn
from libs.desired.finding import Finding
from libs.lint import rules
from libs.lint.clusterview import ClusterView, nearest_host
from libs.lint.interface import each
from libs.lint.subject import Subject, report
from libs.meshapi.ratelimit import RateLimit


def check(view: ClusterView, one: Subject[RateLimit]) -> Iterator[Finding]:
    """Find services whose workloads would be limited if anybody had them."""
    for index, name in enumerate(one.object.spec.services):
        host = fqdn(name, one.namespace, view.domain)
        if view.service(host) is None:
            near = nearest_host(view, name, one.namespace)
            hint = f"did you mean `{near}`?" if near else "correct the name, or add the service"
            text = f"no service has the host `{host}`, so nothing is limited for it; {hint}"
            place = ("spec", "services", index)
            yield report(rules.POLICY_WITHOUT_SERVICE, one, place, text)


CHECKS = (each(RateLimit, check),)
