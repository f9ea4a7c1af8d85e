"""Plans and drift as plain values for people and machines: no value of a Secret is in them."""

from collections.abc import Iterator, Mapping
from typing import Any

from libs.kernel.inventory import ClusterReport, ObjectResult
from libs.kernel.origins import ObjectKey
from libs.planning.applying import Drift
from libs.planning.comparing import Difference, differences
from libs.planning.plan import Plan, Step, question
from libs.planning.redaction import shown_values
from libs.ports.kubecluster import LiveObject

FIELDS_MAX = 50
"""So many fields of one object are told."""


def plan_json(plan: Plan, lives: Mapping[ObjectKey, LiveObject]) -> dict[str, Any]:
    """Return a plan; each step tells the fields that it changes."""
    return {
        "cluster": plan.cluster,
        "revision": plan.revision,
        "plan": plan.hash,
        "confirm": question(plan).hash if plan.held else None,
        "counts": {action.value: count for action, count in plan.counts.items()},
        "held": len(plan.held),
        "steps": [_step(step, lives.get(step.key)) for step in plan.steps],
        "skipped": [result_json(one) for one in plan.skipped],
        "forgotten": [result_json(one) for one in plan.forgotten],
    }


def report_json(report: ClusterReport) -> dict[str, Any]:
    """Return how a round of a cluster went."""
    return {
        "cluster": report.cluster,
        "revision": report.revision,
        "plan": report.plan,
        "state": report.state.value,
        "reason": report.reason,
        "at_s": report.at_s,
        "counts": {action.value: count for action, count in report.counts.items()},
        "results": [result_json(one) for one in report.results],
    }


def drift_json(drift: Drift) -> dict[str, Any]:
    """Return what others did to one object."""
    found = drift.differences
    return {
        "object": object_json(drift.key),
        "change": "deleted" if found is None else "changed",
        "by": list(drift.by),
        "fields": [_field(drift.key, one) for one in (found or ())[:FIELDS_MAX]],
    }


def object_json(key: ObjectKey) -> dict[str, str]:
    """Return who an object is."""
    return {"group": key.group, "kind": key.kind, "namespace": key.namespace, "name": key.name}


def result_json(result: ObjectResult) -> dict[str, Any]:
    """Return what became of an object."""
    return {
        "object": object_json(result.key),
        "set": result.set,
        "action": result.action.value,
        "state": result.state.value,
        "reason": result.reason,
    }


def _step(step: Step, live: LiveObject | None) -> dict[str, Any]:
    changed = differences(step.body, live.body) if live is not None and step.body else iter(())
    return {
        "action": step.action.value,
        "object": object_json(step.key),
        "set": step.set,
        "held": step.held,
        "reason": step.reason,
        "fields": list(_fields(step.key, changed)),
    }


def _fields(key: ObjectKey, changed: Iterator[Difference]) -> Iterator[dict[str, Any]]:
    for number, one in enumerate(changed):
        if number == FIELDS_MAX:
            return
        yield _field(key, one)


def _field(key: ObjectKey, one: Difference) -> dict[str, Any]:
    wanted, live = shown_values(key, one.path, one.wanted, one.live)
    return {"path": one.path, "wanted": wanted, "live": live}
