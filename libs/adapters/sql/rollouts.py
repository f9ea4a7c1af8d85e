"""The rollout that is under way with its history. Targets move in the transaction of its state."""

from collections.abc import Iterable, Sequence
from dataclasses import fields, is_dataclass
from enum import StrEnum
from typing import Any

import orjson
from sqlalchemy import Connection, func, insert, select

from libs.adapters.sql.columns import storable
from libs.adapters.sql.schema import ROLLOUT_EVENTS, ROLLOUTS
from libs.adapters.sql.targets import delete_targets, write_targets
from libs.adapters.sql.transactions import touch
from libs.adapters.sql.upserts import upsert
from libs.kernel.ids import ClusterName, PlanHash, RevisionId
from libs.kernel.revisions import Target
from libs.kernel.rollouts import (
    Approval,
    GateState,
    Occasion,
    PlannedWave,
    RolloutEvent,
    RolloutPlan,
    RolloutState,
    Stage,
    Verdict,
)
from libs.ports.store import StaleGenerationError

_PLAIN_OF_STATE = (
    "number",
    "generation",
    "wave",
    "watched_s",
    "idle_s",
    "settled",
    "paused",
    "held",
    "reason",
)


def read_rollout(connection: Connection) -> RolloutState | None:
    """Return the rollout that is under way, or the last one."""
    found = connection.execute(select(ROLLOUTS.c.state)).scalar()
    return _state_in(orjson.loads(found)) if found is not None else None


def write_rollout(
    connection: Connection,
    state: RolloutState,
    moves: Sequence[Target],
    removed: Sequence[ClusterName],
    events: Iterable[RolloutEvent],
) -> None:
    """Replace the state that it was made from, with the moves and the history of it."""
    stored = connection.execute(select(ROLLOUTS.c.generation)).scalar() or 0
    if state.generation != stored + 1:
        raise StaleGenerationError(
            f"a rollout is written with generation {state.generation}, but the next one is"
            f" {stored + 1}"
        )
    write_targets(connection, moves)
    delete_targets(connection, removed)
    row = {
        "id": 1,
        "generation": state.generation,
        "base": state.plan.base,
        "revision": state.plan.revision,
        "state": orjson.dumps(_plain(state)),
    }
    upsert(connection, ROLLOUTS, [row])
    _append(connection, events)
    touch(connection)


def read_rollout_events(connection: Connection, limit: int) -> Sequence[RolloutEvent]:
    """Return the newest events, newest first."""
    newest = select(ROLLOUT_EVENTS.c.event).order_by(ROLLOUT_EVENTS.c.position.desc())
    rows = connection.execute(newest.limit(max(0, limit))).scalars()
    return [_event_in(orjson.loads(one)) for one in rows]


def _append(connection: Connection, events: Iterable[RolloutEvent]) -> None:
    last = connection.execute(select(func.max(ROLLOUT_EVENTS.c.position))).scalar() or 0
    rows = [
        {"position": position, "event": orjson.dumps(_plain(one))}
        for position, one in enumerate(events, last + 1)
    ]
    if rows:
        connection.execute(insert(ROLLOUT_EVENTS), rows)


def _plain(value: Any) -> Any:
    """Return records as JSON has them; texts that people and proxies wrote as they can be kept."""
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if is_dataclass(value):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    return value


def _state_in(item: dict[str, Any]) -> RolloutState:
    return RolloutState(
        plan=_plan_in(item["plan"]),
        stage=Stage(item["stage"]),
        gates=tuple(_gate_in(one) for one in item["gates"]),
        approvals=tuple(_approval_in(one) for one in item["approvals"]),
        **{name: item[name] for name in _PLAIN_OF_STATE},
    )


def _plan_in(item: dict[str, Any]) -> RolloutPlan:
    return RolloutPlan(
        base=None if item["base"] is None else RevisionId(item["base"]),
        revision=RevisionId(item["revision"]),
        strategy=item["strategy"],
        waves=tuple(PlannedWave(one["name"], tuple(one["clusters"])) for one in item["waves"]),
        departed=tuple(item["departed"]),
        joined=tuple(item["joined"]),
        authors=tuple(item["authors"]),
        direct=item["direct"],
        hash=PlanHash(item["hash"]),
    )


def _gate_in(item: dict[str, Any]) -> GateState:
    verdict = item["verdict"]
    return GateState(**{**item, "verdict": None if verdict is None else Verdict(verdict)})


def _approval_in(item: dict[str, Any]) -> Approval:
    return Approval(**{**item, "groups": tuple(item["groups"])})


def _event_in(item: dict[str, Any]) -> RolloutEvent:
    return RolloutEvent(**{**item, "occasion": Occasion(item["occasion"])})
