"""What checking says of one side of a change and not of the other."""

from collections.abc import Iterable

from libs.desired.finding import Finding
from libs.kernel.messages import Message
from libs.lint.check import CHECKS
from libs.lint.engine import AnyCheck, Lint
from libs.lint.withfacts import together
from libs.routediff.side import Side


def new_findings(checks: Iterable[AnyCheck], old: Side, new: Side) -> tuple[Finding, ...]:
    """Return the findings of the new side that the old one did not have, wherever they stand."""
    lint = Lint(checks)
    known = {each for one in lint.findings(old.view, old.contents) for each in one.identities}
    found = lint.findings(new.view, new.contents)
    return tuple(one for one in found if not one.identities <= known)


def new_messages(plain: tuple[Side, Side], seen: tuple[Side, Side]) -> tuple[Message, ...]:
    """Return all that checking says of the new side and not of the old one.

    `seen` are both sides with what was seen of clusters, or the same sides again.
    """
    found = new_findings(CHECKS, *plain)
    if any(one is not other for one, other in zip(plain, seen, strict=True)):
        found = together(found, new_findings(CHECKS, *seen))
    return tuple(one.message for one in found)
