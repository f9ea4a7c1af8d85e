"""Tests of rollouts in the database."""

from sqlalchemy import Engine

from libs.adapters.sql.rollouts import (
    read_rollout,
    read_rollout_events,
    write_rollout,
)
from libs.adapters.sql.tests.database import PLACE
from libs.adapters.sql.transactions import read, write
from libs.kernel.ids import PlanHash, RevisionId
from libs.kernel.rollouts import Occasion, RolloutEvent, RolloutPlan, RolloutState


def test_hostile_text_is_stored_marked(engine: Engine) -> None:
    """A proxy chooses the text of its refusal: none can stop the writer."""
    plan = RolloutPlan(None, RevisionId("r"), "{}", ())
    state = RolloutState(1, 1, plan, reason="no\ud800")
    event = RolloutEvent(1, 1.5, PlanHash("p"), Occasion.FAILED, why="no\0\ud800")
    write(engine, PLACE, lambda c: write_rollout(c, state, [], [], [event]))
    found = read(engine, PLACE, read_rollout)
    assert found is not None
    assert found.reason == "no\ufffd"
    assert read(engine, PLACE, lambda c: read_rollout_events(c, 1))[0].why == "no\ufffd\ufffd"
