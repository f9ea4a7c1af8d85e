"""Weights of a rule's destinations. They are relative; people read them as percent."""

from collections.abc import Iterator, Sequence

from libs.desired.finding import Finding
from libs.lint import rules
from libs.lint.clusterview import ClusterView
from libs.lint.interface import each
from libs.lint.subject import Subject, report
from libs.meshapi.virtualservice import HTTPRoute, TCPRoute, TLSRoute, VirtualService

_WHOLE = 100


def check(_view: ClusterView, one: Subject[VirtualService]) -> Iterator[Finding]:
    """Find several destinations whose weights do not add up to 100."""
    spec = one.object.spec
    found: dict[str, Sequence[HTTPRoute | TLSRoute | TCPRoute]] = {
        "http": spec.http,
        "tls": spec.tls,
        "tcp": spec.tcp,
    }
    for protocol, routes in found.items():
        for index, rule in enumerate(routes):
            total = sum(destination.weight for destination in rule.route)
            if len(rule.route) > 1 and total not in (0, _WHOLE):
                text = (
                    f"the weights add up to {total}, so each is a share of that and not percent; "
                    "make them add up to 100"
                )
                yield report(rules.WEIGHTS, one, ("spec", protocol, index, "route"), text)


CHECKS = (each(VirtualService, check),)
