"""Stage `judge`: which part of the commit is taken, against what was accepted before."""

from dataclasses import replace

from libs.desired.fleetview import FleetView
from libs.kernel.ids import SetName
from libs.kernel.messages import Level, Message, errors
from libs.kernel.revisions import Refusal, Revision
from libs.lint.acceptance import accept
from libs.lint.doubt import State
from libs.telemetry.logs import get_logger
from services.gitwatcher.collector import paused_collector
from services.gitwatcher.heard import Heard
from services.gitwatcher.lastgood import LastGood
from services.gitwatcher.work import Candidate, Pass, Tree, Verdict


def judge(work: Pass, last_good: LastGood) -> Pass:
    """Decide per set; a fleet that cannot be understood refuses the whole commit."""
    if work.head is None or work.candidate is None:
        return work
    with work.span("lint") as span, paused_collector():
        verdict = _verdict(work, work.candidate, last_good)
        span.set_attribute("refused", len(verdict.refusals))
    for refusal in verdict.refusals:
        _log(refusal)
    return replace(work, verdict=verdict)


def _verdict(work: Pass, candidate: Candidate, last_good: LastGood) -> Verdict:
    def refusal(name: SetName | None, messages: tuple[Message, ...]) -> Refusal:
        return Refusal(work.source.name, name, candidate.commit, messages)

    if candidate.view is None:
        return Verdict(None, {}, (refusal(None, errors(candidate.fleet.messages)),))
    old = _state(work.newest, last_good)
    heard = Heard(work.source.lint, work.source.clock.now_s())
    lawful = _lawful(work, candidate, last_good)
    outcome = accept(State(candidate.view, candidate.sets), old, heard.findings, lawful)
    if outcome.whole:
        return Verdict(None, {}, (refusal(None, outcome.whole),))
    warnings = (*_mild(candidate.fleet), *outcome.warnings)
    return Verdict(
        candidate.fleet,
        outcome.chosen,
        tuple(refusal(name, why) for name, why in sorted(outcome.refusals.items())),
        heard.warnings(candidate.view, outcome.chosen, warnings),
    )


def _state(newest: Revision | None, last_good: LastGood) -> State[Tree] | None:
    """Return what runs; None before the first revision."""
    if newest is None:
        return None
    return State(last_good.view(newest), {item.name: last_good.tree(item) for item in newest.sets})


def _lawful(work: Pass, candidate: Candidate, last_good: LastGood) -> FleetView | None:
    """Return the fleet that was accepted before this commit, None where there is none.

    A commit that is judged once more has its own fleet accepted already: that must not allow its
    sets what another commit is needed for.
    """
    found = work.newest
    while found is not None and found.commit == candidate.commit:
        found = work.source.store.revision(found.parent) if found.parent is not None else None
    return None if found is None else last_good.view(found)


def _mild(tree: Tree) -> tuple[Message, ...]:
    """Messages of a tree that refuse nothing."""
    return tuple(one for one in tree.messages if one.level is not Level.ERROR)


def _log(refusal: Refusal) -> None:
    """Say in one line each what a person has to change."""
    for message in refusal.messages:
        get_logger().warning(
            "refused", set=refusal.name, commit=refusal.commit, message=str(message)
        )
