"""Spans of waves and rollouts, with the times of the history."""

from dataclasses import dataclass, field

import pytest
from opentelemetry.trace import INVALID_SPAN, Span

from libs.kernel.ids import PlanHash, RevisionId, TraceParent
from libs.kernel.rollouts import Occasion, RolloutEvent, RolloutPlan, RolloutState
from libs.telemetry import tracing
from services.rollout.telling import Telling
from services.rollout.tests.places import Places

STATE = RolloutState(1, 1, RolloutPlan(None, RevisionId("r1"), "{}", ()))


@dataclass(slots=True)
class Spans:
    """What was opened and closed, one behind the other."""

    told: list[tuple[str, object, float | None, float | None, str | None]] = field(
        default_factory=list
    )
    _open: tuple[str, object, float | None] = ("", "", None)

    def start(
        self,
        name: str,
        _parent: TraceParent | None,
        attributes: tracing.Attributes,
        *,
        start_s: float | None,
    ) -> Span:
        """Note a beginning."""
        self._open = name, attributes["wave"], start_s
        return INVALID_SPAN

    def end(self, _span: Span, end_s: float | None, error: str | None) -> None:
        """Note an end."""
        self.told.append((*self._open, end_s, error))


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Spans:
    """Take spans where they leave for OpenTelemetry, which knows one provider for a process."""
    made = Spans()
    monkeypatch.setattr(tracing, "start_span", made.start)
    monkeypatch.setattr(tracing, "end", made.end)
    return made


def _event(occasion: Occasion, at_s: float, wave: str = "canary", why: str = "") -> RolloutEvent:
    return RolloutEvent(1, at_s, PlanHash("p"), occasion, wave=wave, why=why)


def test_a_wave_and_a_rollout_are_spans_of_their_whole_time(spans: Spans) -> None:
    """One that failed says why."""
    places = Places()
    places.commit()
    places.store.advance_rollout(STATE)
    telling = Telling(places.store)
    for event in (
        _event(Occasion.BEGUN, 1.0),
        _event(Occasion.WAVE_BEGUN, 2.0),
        _event(Occasion.MOVED, 3.0),
        _event(Occasion.WAVE_PASSED, 5.0),
        _event(Occasion.WAVE_BEGUN, 6.0, "rest"),
        _event(Occasion.FAILED, 7.0, "rest", "too hot"),
        _event(Occasion.RETURNED, 9.0, "", "too hot"),
    ):
        telling(event)
    assert spans.told == [
        ("wave", "canary", 2.0, 5.0, None),
        ("wave", "rest", 6.0, 7.0, "too hot"),
        ("rollout", "", 1.0, 9.0, "too hot"),
    ]


def test_what_another_process_has_begun_is_found_in_the_history(spans: Spans) -> None:
    """And nothing is told of what nobody knows the beginning of."""
    places = Places()
    places.commit()
    places.store.advance_rollout(STATE, events=[_event(Occasion.WAVE_BEGUN, 2.0)])
    telling = Telling(places.store)
    telling(_event(Occasion.WAVE_PASSED, 5.0))
    telling(_event(Occasion.DONE, 9.0, ""))
    assert spans.told == [("wave", "canary", 2.0, 5.0, None)]
