"""A rollout as it is stored: what is brought to which clusters, and how far it is."""

from dataclasses import dataclass
from enum import StrEnum

from libs.kernel.ids import ClusterName, PlanHash, RevisionId

_NO_HASH = PlanHash("")


class Stage(StrEnum):
    """Where a rollout is; those but the last three are of its present wave."""

    PENDING = "pending"
    """the wave has not begun"""
    MOVING = "moving"
    """targets of the wave's clusters move"""
    SOAKING = "soaking"
    """all are there, and it is watched for a while"""
    GATING = "gating"
    """gates are asked; behind the last wave, those of the whole rollout"""
    RETURNING = "returning"
    """what was moved goes back"""
    DONE = "done"
    """every cluster moved and every gate opened"""
    RETURNED = "returned"
    """every cluster is where it was before"""


ENDED = frozenset({Stage.DONE, Stage.RETURNED})


class Verdict(StrEnum):
    """What asking a gate gave."""

    SUCCESSFUL = "Successful"
    FAILED = "Failed"
    INCONCLUSIVE = "Inconclusive"
    """it says nothing: no data, stale data, nobody who carried the change"""
    ERROR = "Error"
    """it could not be asked"""


@dataclass(frozen=True, slots=True)
class PlannedWave:
    """Clusters that move together, in the order in which they do."""

    name: str
    clusters: tuple[ClusterName, ...]


@dataclass(frozen=True, slots=True)
class RolloutPlan:
    """What a rollout does. Approvals are for exactly the plan with this `hash`.

    `base` is where all clusters go back to, None where nothing ran before. `strategy` is the JSON
    of the strategy by which it goes, so that a commit never changes the rules that it is under.
    `departed` are clusters that are no more in the fleet, forgotten at the end; `joined` those that
    `base` did not have, forgotten on a return. `authors` are those of the commits in between.
    `direct` is for changes that need no waves: everybody moves, and nobody is waited for.
    """

    base: RevisionId | None
    revision: RevisionId
    strategy: str
    waves: tuple[PlannedWave, ...]
    departed: tuple[ClusterName, ...] = ()
    joined: tuple[ClusterName, ...] = ()
    authors: tuple[str, ...] = ()
    direct: bool = False
    hash: PlanHash = _NO_HASH


@dataclass(frozen=True, slots=True)
class Approval:
    """Somebody agreed to a wave of one plan; `at_s` is in seconds since the epoch."""

    who: str
    groups: tuple[str, ...]
    plan: PlanHash
    wave: int
    at_s: float


@dataclass(frozen=True, slots=True)
class GateState:
    """How a gate stands: answers in a row, and watched seconds since it was last asked."""

    name: str
    successes: int = 0
    errors: int = 0
    verdict: Verdict | None = None
    reason: str = ""
    waited_s: float = 0.0
    skipped: bool = False


@dataclass(frozen=True, slots=True)
class RolloutState:
    """How far a rollout is. `number` counts the fleet's rollouts, `generation` writes of all.

    `watched_s` are seconds of soak, `idle_s` seconds without progress: both pass only while
    somebody watches. `settled` is the number of clusters in the wave at the last progress.
    `paused` names who paused it and why, `held` what a person has to decide; empty for neither.
    `reason` says why it is where it is.
    """

    number: int
    generation: int
    plan: RolloutPlan
    stage: Stage = Stage.PENDING
    wave: int = 0
    watched_s: float = 0.0
    idle_s: float = 0.0
    settled: int = 0
    gates: tuple[GateState, ...] = ()
    approvals: tuple[Approval, ...] = ()
    paused: str = ""
    held: str = ""
    reason: str = ""

    @property
    def is_over(self) -> bool:
        """Whether nothing of it is left to do."""
        return self.stage in ENDED


class Occasion(StrEnum):
    """What an event of a rollout tells."""

    BEGUN = "begun"
    WAVE_BEGUN = "wave begun"
    MOVED = "moved"
    SETTLED = "settled"
    GATE = "gate"
    WAVE_PASSED = "wave passed"
    HELD = "held"
    FAILED = "failed"
    SUPERSEDED = "superseded"
    DONE = "done"
    RETURNED = "returned"
    APPROVED = "approved"
    PAUSED = "paused"
    RESUMED = "resumed"
    ABORTED = "aborted"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class RolloutEvent:
    """One line of the history: when, of which rollout and plan, what, by whom, and why.

    `who` is empty for what the control plane decided by itself. `at_s` is in seconds since the
    epoch.
    """

    rollout: int
    at_s: float
    plan: PlanHash
    occasion: Occasion
    wave: str = ""
    who: str = ""
    why: str = ""
