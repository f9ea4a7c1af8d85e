"""What a step is told of the world."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from libs.kernel.ids import ClusterName
from libs.kernel.revisions import Target
from libs.kernel.rollouts import RolloutPlan, Verdict
from libs.rollout.standing import UNKNOWN, Standing


@dataclass(frozen=True, slots=True)
class Measurement:
    """What asking a gate gave, and one sentence about it."""

    verdict: Verdict
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Sight:
    """Targets and standings of clusters, their labels, and answers of gates since the last step.

    `candidate` is the plan for the newest revision; None where that is not known.
    """

    candidate: RolloutPlan | None = None
    targets: Mapping[ClusterName, Target] = field(default_factory=dict)
    standings: Mapping[ClusterName, Standing] = field(default_factory=dict)
    labels: Mapping[ClusterName, Mapping[str, str]] = field(default_factory=dict)
    answers: Mapping[str, Measurement] = field(default_factory=dict)

    def standing(self, cluster: ClusterName) -> Standing:
        """Return how a cluster stands to its target."""
        return self.standings.get(cluster, UNKNOWN)


@dataclass(frozen=True, slots=True)
class Moment:
    """When a step is made: seconds since the epoch, for windows and the history only.

    `elapsed_s` is on the monotonic clock, since this process first saw the state as it is: the
    time before that, and all time while nobody watches, counts for nothing.
    """

    wall_s: float
    elapsed_s: float = 0.0
