"""A rollout's state beside what is known of its clusters: the questions that all stages ask."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from libs.kernel.ids import ClusterName, RevisionId
from libs.kernel.revisions import Target
from libs.kernel.rollouts import (
    GateState,
    Occasion,
    PlannedWave,
    RolloutEvent,
    RolloutState,
    Stage,
)
from libs.meshapi.rollout import Gate, RolloutStrategy, Wave
from libs.rollout.sight import Moment, Sight
from libs.rollout.standing import Place

NAMED_MAX = 10
"""So many clusters are named in one sentence."""


@dataclass(frozen=True, slots=True)
class Look:
    """One moment of a rollout."""

    state: RolloutState
    sight: Sight
    now: Moment
    strategy: RolloutStrategy = field(init=False)

    def __post_init__(self) -> None:
        """Read the strategy that the rollout began with."""
        found = RolloutStrategy.model_validate_json(self.state.plan.strategy)
        object.__setattr__(self, "strategy", found)

    @property
    def wave(self) -> PlannedWave:
        """The present wave; behind the last one an empty one of no name."""
        waves = self.state.plan.waves
        return waves[self.state.wave] if self.state.wave < len(waves) else PlannedWave("", ())

    @property
    def rules(self) -> Wave:
        """What the strategy says of the present wave; a wave of our own has no rules."""
        written = self.strategy.waves
        index = self.state.wave
        return written[index] if index < len(written) else Wave(name=self.wave.name or "end")

    @property
    def gates(self) -> tuple[Gate, ...]:
        """The gates of the present wave, or behind the last one those of the rollout."""
        at_end = self.state.wave >= len(self.state.plan.waves)
        return self.strategy.gates if at_end else self.rules.gates

    @property
    def nothing_moved(self) -> bool:
        """Whether this rollout has moved no target yet."""
        begun = self.state.plan.waves[: self.state.wave + 1]
        return self.state.stage is Stage.PENDING and not any(
            self.is_moved(one) for wave in begun for one in wave.clusters
        )

    def is_moved(self, cluster: ClusterName) -> bool:
        """Say whether a cluster's target is the rollout's revision."""
        return self.revision_of(cluster) == self.state.plan.revision

    def revision_of(self, cluster: ClusterName) -> RevisionId | None:
        """Return the revision that a cluster should run; None where it has no target."""
        target = self.sight.targets.get(cluster)
        return target.revision if target else None

    def at(self, place: Place, clusters: Iterable[ClusterName]) -> list[ClusterName]:
        """Return those of the clusters that are in a place."""
        return [one for one in clusters if self.sight.standing(one).place is place]

    def in_transit(self) -> list[ClusterName]:
        """Return the clusters of the wave that were moved and are on their way."""
        return self.at(Place.ON_ITS_WAY, filter(self.is_moved, self.wave.clusters))

    def move(self, cluster: ClusterName, revision: RevisionId) -> Target:
        """Return the next target of a cluster."""
        former = self.sight.targets.get(cluster)
        return Target(cluster, revision, (former.generation if former else 0) + 1)

    def entered(self, state: RolloutState) -> RolloutState:
        """Return a state that has just come to its wave, or behind the last one."""
        fresh = replace(state, watched_s=0.0, idle_s=0.0, settled=0, gates=())
        if fresh.wave < len(fresh.plan.waves):
            return replace(fresh, stage=Stage.PENDING)
        return self.asking(fresh)

    def asking(self, state: RolloutState) -> RolloutState:
        """Return a state whose gates are to be asked from now on."""
        at_end = state.wave >= len(state.plan.waves)
        gates = self.strategy.gates if at_end else self.gates
        fresh = tuple(GateState(one.name) for one in gates)
        return replace(state, stage=Stage.GATING, idle_s=0.0, gates=fresh)

    def event(self, occasion: Occasion, why: str = "") -> RolloutEvent:
        """Return an event of now and of the present wave that nobody but we caused."""
        state = self.state
        name = self.wave.name
        return RolloutEvent(
            state.number, self.now.wall_s, state.plan.hash, occasion, wave=name, why=why
        )


def named(clusters: Iterable[ClusterName]) -> str:
    """Return clusters as a part of a sentence, cut short."""
    listed = sorted(clusters)
    more = len(listed) - NAMED_MAX
    return ", ".join(listed[:NAMED_MAX]) + (f" and {more} more" if more > 0 else "")
