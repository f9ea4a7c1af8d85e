"""Spans of a rollout, below the trace of its commit: one for each wave, and one for the whole."""

from dataclasses import dataclass, field

from libs.kernel.ids import TraceParent
from libs.kernel.rollouts import Occasion, RolloutEvent
from libs.ports.store import Store
from libs.telemetry import tracing
from services.rollout.onepass import logged

HISTORY_MAX = 200
"""So far back the beginning of a wave is looked for that another process has begun."""

_BEGINNINGS = {
    Occasion.WAVE_PASSED: Occasion.WAVE_BEGUN,
    Occasion.FAILED: Occasion.WAVE_BEGUN,
    Occasion.DONE: Occasion.BEGUN,
    Occasion.RETURNED: Occasion.BEGUN,
    Occasion.SUPERSEDED: Occasion.BEGUN,
}
_BAD = frozenset({Occasion.FAILED, Occasion.RETURNED})


@dataclass(slots=True)
class Telling:
    """Tells log and traces what has happened. Times are those of the history."""

    store: Store
    _begun: dict[tuple[int, str, Occasion], float] = field(default_factory=dict)

    def __call__(self, event: RolloutEvent) -> None:
        """Tell one event that has been written."""
        logged(event)
        if event.occasion in {Occasion.BEGUN, Occasion.WAVE_BEGUN}:
            self._begun[_key(event)] = event.at_s
        beginning = _BEGINNINGS.get(event.occasion)
        if beginning is None:
            return
        wave = event.wave if beginning is Occasion.WAVE_BEGUN else ""
        started_s = self._began_s(event, wave, beginning)
        if started_s is None:
            return
        attributes: dict[str, str | int | float | bool] = {
            "rollout": event.rollout,
            "plan": event.plan,
            "wave": wave,
        }
        name = "wave" if beginning is Occasion.WAVE_BEGUN else "rollout"
        span = tracing.start_span(name, self._trace(), attributes, start_s=started_s)
        tracing.end(span, event.at_s, event.why if event.occasion in _BAD else None)

    def _began_s(self, event: RolloutEvent, wave: str, beginning: Occasion) -> float | None:
        """Return when a wave or a rollout began, whoever has begun it."""
        known = self._begun.pop((event.rollout, wave, beginning), None)
        if known is not None:
            return known
        for one in self.store.rollout_events(HISTORY_MAX):
            if _key(one) == (event.rollout, wave, beginning):
                return one.at_s
        return None

    def _trace(self) -> TraceParent | None:
        state = self.store.rollout()
        revision = self.store.revision(state.plan.revision) if state is not None else None
        return revision.trace if revision is not None else None


def _key(event: RolloutEvent) -> tuple[int, str, Occasion]:
    wave = event.wave if event.occasion is Occasion.WAVE_BEGUN else ""
    return event.rollout, wave, event.occasion
