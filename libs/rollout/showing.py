"""A rollout and its history as plain values and as lines, for people and machines."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from libs.kernel.ids import ClusterName
from libs.kernel.revisions import Target
from libs.kernel.rollouts import GateState, RolloutEvent, RolloutState, Stage

SHORT = 12
_BAR_CHARS = 20


def rollout_json(state: RolloutState, targets: Mapping[ClusterName, Target]) -> dict[str, Any]:
    """Return how far a rollout is. `good` is false while a person is needed or it goes back."""
    plan = state.plan
    return {
        "number": state.number,
        "base": plan.base,
        "revision": plan.revision,
        "plan": plan.hash,
        "stage": state.stage.value,
        "wave": plan.waves[state.wave].name if state.wave < len(plan.waves) else None,
        "waves": list(_waves(state, targets)),
        "gates": [_gate(one) for one in state.gates],
        "approvals": [
            {"who": one.who, "wave": plan.waves[one.wave].name, "plan": one.plan}
            for one in state.approvals
        ],
        "paused": state.paused,
        "held": state.held,
        "reason": state.reason,
        "good": not (state.paused or state.held)
        and state.stage not in {Stage.RETURNING, Stage.RETURNED},
    }


def event_json(event: RolloutEvent) -> dict[str, Any]:
    """Return one line of the history."""
    return {
        "rollout": event.rollout,
        "at": _time(event.at_s),
        "plan": event.plan,
        "occasion": event.occasion.value,
        "wave": event.wave,
        "who": event.who,
        "why": event.why,
    }


def board(content: Mapping[str, Any]) -> list[str]:
    """Return the lines of a board from what `rollout_json` gives."""
    before = (content["base"] or "nothing")[:SHORT]
    head = f"rollout {content['number']}: {before} to {content['revision'][:SHORT]}"
    lines = [f"{head}, {content['stage']}, plan {content['plan'][:SHORT]}"]
    for one in content["waves"]:
        filled = _BAR_CHARS * one["moved"] // one["clusters"] if one["clusters"] else _BAR_CHARS
        bar = "#" * filled + "." * (_BAR_CHARS - filled)
        lines.append(f"  {one['state']:8} [{bar}] {one['moved']}/{one['clusters']} {one['name']}")
    lines += [f"  gate {one['name']}: {one['verdict']} {one['reason']}" for one in content["gates"]]
    lines += [f"  approved by {one['who']} for wave {one['wave']}" for one in content["approvals"]]
    told = (("paused by", "paused"), ("held", "held"), ("reason", "reason"))
    return lines + [f"  {says}: {content[name]}" for says, name in told if content[name]]


def history_line(event: Mapping[str, Any]) -> str:
    """Return one line from what `event_json` gives."""
    wave = f" {event['wave']}" if event["wave"] else ""
    who = f" by {event['who']}" if event["who"] else ""
    why = f": {event['why']}" if event["why"] else ""
    told = f"rollout {event['rollout']}{wave}: {event['occasion']}{who}{why}"
    return f"{event['at']} {told} (plan {event['plan'][:SHORT]})"


def _waves(state: RolloutState, targets: Mapping[ClusterName, Target]) -> Iterator[dict[str, Any]]:
    for index, wave in enumerate(state.plan.waves):
        moved = sum(
            name in targets and targets[name].revision == state.plan.revision
            for name in wave.clusters
        )
        yield {
            "name": wave.name,
            "clusters": len(wave.clusters),
            "moved": moved,
            "state": _wave_state(state, index),
        }


def _wave_state(state: RolloutState, index: int) -> str:
    if state.stage in {Stage.RETURNING, Stage.RETURNED, Stage.DONE}:
        return "ended" if state.is_over else "back"
    if index == state.wave:
        return state.stage.value
    return "passed" if index < state.wave else "later"


def _gate(gate: GateState) -> dict[str, Any]:
    verdict = "skipped" if gate.skipped else gate.verdict.value if gate.verdict else "not asked"
    return {"name": gate.name, "verdict": verdict, "reason": gate.reason}


def _time(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
