"""What the reconciler knows of each Kubernetes cluster: its objects there, and how rounds went."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from libs.kernel.ids import ClusterName, ObjectHash, PlanHash, RevisionId, SetName
from libs.kernel.origins import ObjectKey


class Action(StrEnum):
    """What is done to an object, or was; a closed set in plans, reports and commands."""

    CREATED = "created"
    CONFIGURED = "configured"
    UNCHANGED = "unchanged"
    DELETED = "deleted"
    SKIPPED = "skipped"


class Phase(StrEnum):
    """How far an object of the inventory is; the first and last are written before we act."""

    APPLYING = "applying"
    """a write may have happened"""
    APPLIED = "applied"
    """the last write was answered"""
    DELETING = "deleting"
    """a deletion may have happened"""


@dataclass(frozen=True, slots=True)
class InventoryRecord:
    """An object that we wrote to a cluster, or may have written.

    `desired` is the hash of the manifest of the last write or attempt; `uid` and `generation` are
    what the server answered, empty and 0 before it did. `owned` is the fingerprint of the fields
    that our field manager then owned, as the server kept them.
    """

    key: ObjectKey
    version: str
    set: SetName
    phase: Phase
    desired: ObjectHash
    uid: str = ""
    generation: int = 0
    owned: str = ""


class RoundState(StrEnum):
    """How a round of a cluster ended; the gravest last."""

    DONE = "done"
    """everything is as the target says"""
    SUSPENDED = "suspended"
    """nothing is written until the suspension ends"""
    DRIFTED = "drifted"
    """something differs that is only reported, not healed"""
    WAITING = "waiting"
    """something expected has not happened yet"""
    HELD = "held"
    """something waits for a person's confirmation"""
    FAILED = "failed"
    """something cannot be brought to the target"""


@dataclass(frozen=True, slots=True)
class ObjectResult:
    """What became of one object, and one sentence why where it is not as it should be.

    `state` is what a round can be at best because of it.
    """

    key: ObjectKey
    set: SetName
    action: Action
    reason: str = ""
    state: RoundState = RoundState.DONE


@dataclass(frozen=True, slots=True)
class ClusterReport:
    """How the last round of a cluster went. `results` are those that carry a reason.

    `at_s` is in seconds since the epoch and changes only with the rest. `counts` are by action.
    """

    cluster: ClusterName
    revision: RevisionId
    generation: int
    plan: PlanHash
    state: RoundState
    at_s: float
    reason: str = ""
    counts: Mapping[Action, int] = field(default_factory=dict)
    results: tuple[ObjectResult, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether something waits for a confirmation of this plan, whatever else there is."""
        return any(one.state is RoundState.HELD for one in self.results)


def gravest(states: Iterable[RoundState]) -> RoundState:
    """Return the state of a round with parts in these states."""
    return max(states, key=_GRAVITY.index, default=RoundState.DONE)


_GRAVITY = tuple(RoundState)
