"""Whose agreement counts for a wave."""

from collections.abc import Iterable

from libs.kernel.rollouts import Approval
from libs.rollout.look import Look


def lacking(look: Look) -> str:
    """Return one sentence about the approvals that the present wave lacks, empty for none."""
    rule = look.rules.approval
    if rule is None:
        return ""
    found = {one.who for one in look.state.approvals if not fault(look, one)}
    missing = rule.count - len(found)
    if missing <= 0:
        return ""
    of = f" of {' or '.join(rule.groups)}" if rule.groups else ""
    short = look.state.plan.hash[:12]
    return f"wave {look.wave.name} needs {missing} more approvals{of} for plan {short}"


def fault(look: Look, approval: Approval) -> str:
    """Return one sentence why an approval does not count for the present wave, empty if it does."""
    plan, rule = look.state.plan, look.rules.approval
    if approval.plan != plan.hash:
        return f"it is for plan {approval.plan[:12]}, and this is plan {plan.hash[:12]}"
    if approval.wave != look.state.wave:
        return "it is for another wave"
    if rule is None:
        return "the wave needs no approval"
    if rule.groups and not set(rule.groups) & set(approval.groups):
        return f"{approval.who} is in none of the groups {', '.join(rule.groups)}"
    if not rule.author_may_approve and is_author(approval.who, plan.authors):
        return f"{approval.who} is an author of the change"
    return ""


def is_author(who: str, authors: Iterable[str]) -> bool:
    """Say whether an identity is that of an author, written as `Name <address>` or a part of it."""
    return any(who.casefold() in _spellings(one.casefold()) for one in authors)


def _spellings(author: str) -> tuple[str, ...]:
    name, _, rest = author.partition("<")
    return author, name.strip(), rest.rstrip(">").strip()
