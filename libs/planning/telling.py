"""What people are told on the objects themselves: Events, and a condition where a kind has status.

Only what is news is told, and never that all is well unless it was not. Where somebody else writes
the conditions of an object, or a mesh is served by others, there are Events alone.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from libs.kernel.inventory import Action, ClusterReport, ObjectResult, RoundState
from libs.kernel.origins import ObjectKey
from libs.observed.managedfields import managers
from libs.ports.kubecluster import FIELD_MANAGER, Apply, Body, Create, LiveObject

CONDITION = "periplus.io/Reconciled"
"""Type of our condition: no rule of health reads it, so that it cannot speak about itself."""
REPORTER = "periplus.io/reconciler"
NOTE_BYTES_MAX = 1000
"""A server takes Events with notes of up to 1024 bytes."""
_MESH = frozenset(
    {
        "extensions.istio.io",
        "networking.istio.io",
        "security.istio.io",
        "telemetry.istio.io",
    }
)
_HEX_DIGITS = 32
_REASONS = {
    RoundState.DRIFTED: "Drifted",
    RoundState.FAILED: "ReconcileFailed",
    RoundState.HELD: "ConfirmationNeeded",
    RoundState.WAITING: "Waiting",
}
_ACTIONS = {Action.DELETED: "Delete", Action.UNCHANGED: "Observe"}
_MADE = frozenset({Action.CREATED, Action.CONFIGURED})
_WARNINGS = frozenset({RoundState.DRIFTED, RoundState.FAILED, RoundState.HELD})


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell of one object. `well` says whether the object is as git says."""

    key: ObjectKey
    reason: str
    action: str
    note: str
    warning: bool = False
    well: bool = False


def notices(report: ClusterReport, former: ClusterReport | None) -> Iterator[Notice]:
    """Yield what a report says of objects and the former one did not, the gravest first."""
    before = {one.key: one for one in former.results} if former else {}
    for one in report.results:
        if not _is_said(one, before.get(one.key)):
            yield from _notice(one)
    now = {one.key for one in report.results}
    if report.plan and not report.reason:
        for key, one in sorted(before.items()):
            if key not in now and one.state in _REASONS:
                yield Notice(key, "Reconciled", "Observe", "it is as git says again", well=True)


def event(notice: Notice, regarding: Body, now_s: float, instance: str) -> Create:
    """Return the Event of a notice; `regarding` is the object, as live or as it should be."""
    metadata = regarding.get("metadata", {})
    key = notice.key
    meant = {
        "apiVersion": regarding.get("apiVersion", ""),
        "kind": key.kind,
        "name": key.name,
        **({"namespace": key.namespace} if key.namespace else {}),
        **{name: metadata[name] for name in ("uid", "resourceVersion") if name in metadata},
    }
    at = datetime.fromtimestamp(now_s, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    # An object's name may have what the name of an Event may not.
    name = hashlib.sha256(f"{key}{notice.reason}{notice.note}{at}".encode()).hexdigest()
    body: dict[str, Any] = {
        "apiVersion": "events.k8s.io/v1",
        "kind": "Event",
        "metadata": {
            "name": f"periplus.{name[:_HEX_DIGITS]}",
            "namespace": key.namespace or "default",
        },
        "eventTime": at,
        "type": "Warning" if notice.warning else "Normal",
        "reason": notice.reason,
        "action": notice.action,
        "note": _short(notice.note),
        "regarding": meant,
        "reportingController": REPORTER,
        "reportingInstance": instance[:128],
    }
    return Create(body)


def condition(notice: Notice, live: LiveObject, now_s: float) -> Apply | None:
    """Return the write of our condition; None where it is not for us to say, or is said."""
    if notice.key.group not in _MESH or _others_write_status(live):
        return None
    status = "True" if notice.well else "False"
    said = _ours(live)
    if notice.well and said is None:
        return None
    at = datetime.fromtimestamp(now_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    since = said["lastTransitionTime"] if said and said.get("status") == status else at
    made = {
        "type": CONDITION,
        "status": status,
        "reason": notice.reason,
        "message": _short(notice.note),
        "lastTransitionTime": since,
    }
    if said == made:
        return None
    names = ("name", "namespace")
    metadata = {name: live.metadata[name] for name in names if name in live.metadata}
    body = {
        "apiVersion": live.body["apiVersion"],
        "kind": live.body["kind"],
        "metadata": metadata,
        "status": {"conditions": [made]},
    }
    return Apply(body, live.uid, subresource="status")


def _is_said(one: ObjectResult, before: ObjectResult | None) -> bool:
    """Say whether it was told before; of what is waited for, every step on the way is no news."""
    if before is not None and one.state is before.state is RoundState.WAITING:
        return True
    return one == before


def _notice(one: ObjectResult) -> Iterator[Notice]:
    reason, action = _REASONS.get(one.state), _ACTIONS.get(one.action, "Apply")
    if reason is not None:
        yield Notice(one.key, reason, action, one.reason, warning=one.state in _WARNINGS)
    elif one.reason and one.state is RoundState.DONE and one.action in _MADE:
        yield Notice(one.key, "DriftHealed", action, one.reason, well=True)


def _others_write_status(live: LiveObject) -> bool:
    """Say whether anybody else set anything of the status, whether by a subresource or not."""
    return any(
        "f:status" in one.fields and (one.name, one.subresource) != (FIELD_MANAGER, "status")
        for one in managers(live.body)
    )


def _ours(live: LiveObject) -> Body | None:
    found = (live.body.get("status") or {}).get("conditions") or ()
    return next((one for one in found if one.get("type") == CONDITION), None)


def _short(note: str) -> str:
    encoded = note.encode()
    if len(encoded) <= NOTE_BYTES_MAX:
        return note
    return encoded[:NOTE_BYTES_MAX].decode(errors="ignore") + "..."
