"""Looks at every write of a rollout and holds it against what must always be so.

It reckons by itself from the strategy, the reports of clusters and the clock, and shares no code
with what decides.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from libs.fakes.clock import FakeClock
from libs.fakes.store import FakeStore
from libs.kernel.ids import ClusterName, RevisionId
from libs.kernel.inventory import ClusterReport, RoundState
from libs.kernel.revisions import Target
from libs.kernel.rollouts import Occasion, RolloutEvent, RolloutState, Stage

DAY_S = 86_400
AWAY, REFUSED, COMING, THERE = "away", "refused", "coming", "there"


class ViolationError(Exception):
    """Something happened that must never happen, as one sentence."""


@dataclass(slots=True)
class Overseer:
    """What was seen so far."""

    store: FakeStore
    clock: FakeClock
    before: RolloutState | None = None
    targets: Mapping[ClusterName, Target] = field(default_factory=dict)
    events: int = 0
    returned: set[RevisionId] = field(default_factory=set)
    begun: set[tuple[int, str]] = field(default_factory=set)
    failed: set[int] = field(default_factory=set)
    writes: int = 0

    def told(self, _event: RolloutEvent) -> None:
        """What a service says of itself proves nothing."""

    def look(self) -> None:
        """Hold what was written since the last look against the rules."""
        state, targets = self.store.rollout(), self.store.targets()
        if state is None or state == self.before:
            return
        self.writes += 1
        moved = [
            one for name, one in targets.items() if self.targets and self.targets.get(name) != one
        ]
        self._history(state)
        if moved or self.targets.keys() - targets.keys():
            self._places(state, targets)
        forward = [one for one in moved if state.stage is not Stage.RETURNING]
        if forward and not state.plan.direct:
            self._forward(state, targets, forward)
        if forward:
            self._window(state, forward)
        if state.stage is Stage.RETURNED:
            self._home(state, targets)
        self.before, self.targets = state, targets

    def ended(self) -> None:
        """See that everybody is at the end that the rollout came to."""
        state, targets = self.store.rollout(), self.store.targets()
        self.look()
        if state is None:
            return
        end = state.plan.revision if state.stage is Stage.DONE else state.plan.base
        for name, one in targets.items():
            if one.revision != end:
                raise ViolationError(f"{name} is left at {one.revision} and not at {end}")
        if state.stage is Stage.DONE and state.number in self.failed:
            raise ViolationError("a rollout that failed is done")

    def _history(self, state: RolloutState) -> None:
        """Waves begin once and in order, and only of a rollout that is under way."""
        fresh = self.store.rollout_events(10_000)[::-1][self.events :]
        self.events += len(fresh)
        for event in fresh:
            key = event.rollout, event.wave
            if event.occasion is Occasion.WAVE_BEGUN:
                if key in self.begun:
                    raise ViolationError(f"wave {event.wave} runs twice")
                self.begun.add(key)
            if event.occasion is Occasion.FAILED and _rules(state)["return"].get("automatic", True):
                self.failed.add(event.rollout)
        if state.number in self.failed and state.stage not in {Stage.RETURNING, Stage.RETURNED}:
            raise ViolationError(f"a rollout that failed is {state.stage.value}")
        if state.stage is Stage.RETURNED:
            self.returned.add(state.plan.revision)

    def _places(self, state: RolloutState, targets: Mapping[ClusterName, Target]) -> None:
        """Nobody is anywhere but on the way from the base to the revision."""
        allowed = {state.plan.base, state.plan.revision}
        for name, one in targets.items():
            before = self.targets.get(name)
            if one != before and one.revision not in allowed:
                raise ViolationError(f"{name} moves to {one.revision}, which no rule allows")

    def _forward(
        self, state: RolloutState, targets: Mapping[ClusterName, Target], moved: list[Target]
    ) -> None:
        reports = {one.cluster: one for one in self.store.reports()}
        standings = {name: _standing(one, reports.get(name)) for name, one in targets.items()}
        wave = state.plan.waves[state.wave]
        written = _rules(state)["waves"]
        rule = written[state.wave] if state.wave < len(written) else {}
        for one in moved:
            if one.cluster not in wave.clusters:
                raise ViolationError(f"{one.cluster} moves outside of wave {wave.name}")
            if one.revision in self.returned:
                raise ViolationError(f"{one.revision} comes back by itself")
        self._before_it(state, targets)
        arriving = [
            name
            for name in wave.clusters
            if name in targets
            and targets[name].revision == state.plan.revision
            and standings[name] == COMING
        ]
        limit = _limit(rule.get("maxConcurrent"), len(wave.clusters))
        if len(arriving) > limit:
            raise ViolationError(f"{len(arriving)} clusters move at once, {limit} may")
        self._budget(state, standings, targets)
        if self.before is not None and self.before.paused:
            raise ViolationError("a cluster moves while the rollout is paused")
        _agreed(state, rule.get("approval"))

    def _before_it(self, state: RolloutState, targets: Mapping[ClusterName, Target]) -> None:
        for wave in state.plan.waves[: state.wave]:
            late = [name for name in wave.clusters if targets[name].revision != state.plan.revision]
            if late:
                raise ViolationError(f"{late[0]} of wave {wave.name} was skipped")

    def _budget(
        self,
        state: RolloutState,
        standings: Mapping[ClusterName, str],
        targets: Mapping[ClusterName, Target],
    ) -> None:
        budget = _rules(state)["budget"]
        wave = state.plan.waves[state.wave]
        lost = [
            name
            for name in wave.clusters
            if (
                standings.get(name) == AWAY
                and name in self.targets  # nobody looks at a cluster without a target
                and budget.get("unreachableCounts", True)
            )
            or (standings.get(name) == REFUSED and targets[name].revision == state.plan.revision)
        ]
        most = _budgeted(budget.get("clusters"), len(wave.clusters))
        if len(lost) > most:
            raise ViolationError(f"wave {wave.name} goes on with {len(lost)} lost, {most} may be")

    def _window(self, state: RolloutState, moved: Iterable[Target]) -> None:
        begun = self.before is not None and self.before.stage is Stage.MOVING
        begun = begun and self.before is not None and self.before.wave == state.wave
        minute = self.clock.now_s() % DAY_S / 60
        for window in _rules(state)["windows"]:
            inside = _minutes(window["start"]) <= minute < _minutes(window["end"])
            closed = inside if window["kind"] == "freeze" else not inside
            if closed and not (begun and window.get("overrun") == "finish"):
                name = next(iter(moved)).cluster
                raise ViolationError(f"{name} moves although its window is closed")

    def _home(self, state: RolloutState, targets: Mapping[ClusterName, Target]) -> None:
        for name, one in targets.items():
            if one.revision != state.plan.base:
                raise ViolationError(f"{name} did not go back: it is at {one.revision}")


def _rules(state: RolloutState) -> dict[str, Any]:
    empty: dict[str, Any] = {"waves": [], "windows": [], "budget": {}, "return": {}}
    return {**empty, **json.loads(state.plan.strategy)}


def _standing(target: Target, report: ClusterReport | None) -> str:
    if report is None:
        return COMING
    if report.state is RoundState.FAILED and not report.plan:
        return AWAY
    if (report.revision, report.generation) != (target.revision, target.generation):
        return COMING
    return REFUSED if report.state is RoundState.FAILED else THERE


def _limit(written: int | str | None, clusters: int) -> int:
    if written is None:
        return clusters
    if isinstance(written, int):
        return written
    exact = clusters * int(written[:-1]) / 100
    return max(1, int(exact) + (exact > int(exact)))


def _budgeted(written: int | str | None, clusters: int) -> int:
    if written is None:
        return 0
    return written if isinstance(written, int) else int(clusters * int(written[:-1]) / 100)


def _agreed(state: RolloutState, rule: dict[str, Any] | None) -> None:
    if rule is None:
        return
    people = {
        one.who
        for one in state.approvals
        if one.plan == state.plan.hash
        and one.wave == state.wave
        and one.who != "ann"
        and (not rule.get("groups") or set(rule["groups"]) & set(one.groups))
    }
    if len(people) < rule.get("count", 1):
        raise ViolationError("a wave begins that nobody agreed to")


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)
