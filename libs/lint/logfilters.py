"""Filters of access logs that Envoy cannot read, and would refuse a whole listener for."""

from collections.abc import Iterator

from libs.desired.finding import Finding
from libs.envoy import cel
from libs.lint import rules
from libs.lint.clusterview import ClusterView
from libs.lint.interface import each
from libs.lint.subject import Subject, report
from libs.meshapi.telemetry import Telemetry


def check(_view: ClusterView, one: Subject[Telemetry]) -> Iterator[Finding]:
    """Find expressions that are no CEL."""
    for index, logging in enumerate(one.object.spec.access_logging):
        expression = logging.filter.expression if logging.filter else ""
        wrong = cel.fault(expression) if expression else None
        if wrong is not None:
            place = ("spec", "accessLogging", index, "filter", "expression")
            yield report(rules.EXPRESSION, one, place, f"this is no CEL: {wrong}")


CHECKS = (each(Telemetry, check),)
