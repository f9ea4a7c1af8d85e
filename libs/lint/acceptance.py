"""Which part of a commit is taken: sets with errors stay at their last good state."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic

from libs.desired.finding import Finding, Identity
from libs.desired.fleetview import FleetView
from libs.kernel.ids import SetName
from libs.kernel.messages import Level, Message, MessageClass, errors
from libs.lint.accepted import beyond_accepted
from libs.lint.blame import Contents, breakage
from libs.lint.doubt import S, State, doubts, emptied
from libs.lint.settle import Offer, Settlement, settle

Judge = Callable[[FleetView, Contents], Sequence[Finding]]


@dataclass(frozen=True, slots=True)
class Acceptance(Generic[S]):
    """The outcome for a commit.

    `view` and `chosen` are what shall run: of this commit or the last good ones; `view` is None
    only when there never was any. `refusals` tell for each set that stays behind why. `whole` tells
    why nothing of the commit is taken at all, its fleet files included. `warnings` are about what
    runs, and may include errors that it has had before.
    """

    view: FleetView | None
    chosen: Mapping[SetName, S]
    refusals: Mapping[SetName, tuple[Message, ...]] = field(default_factory=dict)
    warnings: tuple[Message, ...] = ()
    whole: tuple[Message, ...] = ()


def accept(
    candidate: State[S],
    last_good: State[S] | None,
    judge: Judge,
    accepted: FleetView | None = None,
) -> Acceptance[S]:
    """Decide about a commit whose fleet files could be read; `judge` is `check.findings`.

    With `accept: commit` in the candidate's Fleet one refused set refuses all. `accepted` is the
    fleet that says what sets may hold, beside the candidate's own: that of the last good state,
    unless the candidate's fleet is a part of it already.
    """
    lawful = accepted or (last_good.view if last_good else None)
    old = last_good or State(candidate.view, {})
    suspicions = tuple(doubts(candidate, old)) if last_good else ()
    if suspicions:
        return refuse(last_good, suspicions)
    trial = _Trial(candidate, old, _with_tenancy(judge, lawful))
    outcome = settle(trial.offer, trial.judge, trial.known)
    if outcome.unsettled:
        return refuse(last_good, trial.fleet_breaks(outcome.unsettled))
    refusals = {name: trial.reasons(name, outcome) for name in sorted(outcome.held)}
    if refusals and candidate.view.fleet.spec.accept == "commit":
        return refuse(last_good, (one for each in refusals.values() for one in each))
    warnings = (
        *(one for each in outcome.chosen.values() for one in each.messages),
        *(one.message for one in outcome.findings),
    )
    return Acceptance(candidate.view, outcome.chosen, refusals, tuple(dict.fromkeys(warnings)))


def _with_tenancy(judge: Judge, accepted: FleetView | None) -> Judge:
    """Judge by what sets were allowed to hold before the commit as well: it cannot widen that."""

    def judged(view: FleetView, contents: Contents) -> Sequence[Finding]:
        beyond = () if accepted is None else beyond_accepted(accepted, view, contents)
        return (*judge(view, contents), *beyond)

    return judged


def refuse(last_good: State[S] | None, why: Iterable[Message]) -> Acceptance[S]:
    """Take nothing, as for a commit whose fleet files have errors."""
    whole = tuple(dict.fromkeys(why))
    if last_good is None:
        return Acceptance(None, {}, whole=whole)
    return Acceptance(last_good.view, last_good.contents, whole=whole)


class _Trial(Generic[S]):
    """A commit against the last good state, with the judge's questions put in terms of objects."""

    def __init__(self, candidate: State[S], old: State[S], judge: Judge) -> None:
        self._candidate = candidate
        self._old = old
        self._judge = judge
        self._doubts = {name: (why,) for name, why in emptied(candidate, old)}
        known_sets = candidate.view.sets
        self.offer = Offer(
            {name: one for name, one in candidate.contents.items() if name in known_sets},
            {name: one for name, one in old.contents.items() if name in known_sets},
            frozenset(self._doubts)
            | {name for name, one in candidate.contents.items() if errors(one.messages)},
        )

    def judge(self, contents: Mapping[SetName, S]) -> Sequence[Finding]:
        """Judge a mixture under the new fleet."""
        return self._judge(self._candidate.view, _objects(contents))

    def known(self) -> frozenset[Identity]:
        """Return the errors that the last good state has already."""
        found = self._judge(self._old.view, _objects(self._old.contents))
        return frozenset(identity for one in found if one.is_error for identity in one.identities)

    def reasons(self, name: SetName, outcome: Settlement[S]) -> tuple[Message, ...]:
        """Return why a set is held: its files, its own errors, or what it would break elsewhere."""
        content = self.offer.new.get(name)
        if name in self.offer.broken:
            return (*errors(content.messages if content else ()), *self._doubts.get(name, ()))
        own = [one.message for one in outcome.held[name] if one.sets[0] == name]
        taken = dict(outcome.chosen)
        if content is None:
            taken.pop(name, None)
        else:
            taken[name] = content
        return (*own, *self._breaks(name, outcome, _objects(taken)))

    def _breaks(self, name: SetName, outcome: Settlement[S], taken: Contents) -> Iterable[Message]:
        before = self.offer.last_good.get(name)
        for one in outcome.held[name]:
            if one.sets[0] != name:
                yield breakage(
                    name,
                    before.objects if before else (),
                    taken,
                    one,
                    lambda contents: self._judge(self._candidate.view, contents),
                )

    def fleet_breaks(self, unsettled: Sequence[Finding]) -> Iterable[Message]:
        """Say what a change of fleet.yaml or of a cluster breaks in sets as they were."""
        place = self._candidate.view.fleet_at(())
        for one in unsettled:
            hurt = one.message
            yield replace(
                hurt,
                level=Level.ERROR,
                message_class=MessageClass.REFERENCE,
                text=f"the change of the fleet at {place} breaks this: {hurt.text}",
            )


def _objects(contents: Mapping[SetName, S]) -> Contents:
    return {name: one.objects for name, one in contents.items()}
