"""What checking says of one side of a change and not of the other."""

from collections.abc import Iterable

from libs.desired.finding import Finding
from libs.lint.engine import AnyCheck, Lint
from libs.routediff.side import Side


def new_findings(checks: Iterable[AnyCheck], old: Side, new: Side) -> tuple[Finding, ...]:
    """Return the findings of the new side that the old one did not have, wherever they stand."""
    lint = Lint(checks)
    known = {each for one in lint.findings(old.view, old.contents) for each in one.identities}
    found = lint.findings(new.view, new.contents)
    return tuple(one for one in found if not one.identities <= known)
