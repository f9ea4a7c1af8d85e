"""The way back: every cluster that was moved goes to where all of them were before.

No freeze window holds it, and no limit of a wave: what hurts is taken back first. A cluster that
the former revision did not have loses its target.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from libs.kernel.ids import ClusterName, RevisionId
from libs.kernel.rollouts import Occasion, RolloutState, Stage
from libs.rollout.look import Look, named
from libs.rollout.result import Step, Wait, WaitKind
from libs.rollout.standing import Place

PATIENCE_S = 60.0
"""So long an older wave waits for a newer one to be back."""


def begun(state: RolloutState, reason: str) -> RolloutState:
    """Return a state from which everything goes back."""
    return replace(
        state,
        stage=Stage.RETURNING,
        watched_s=0.0,
        idle_s=0.0,
        settled=0,
        gates=(),
        paused="",
        held="",
        reason=reason,
    )


def next_step(look: Look) -> Step:
    """Return what goes back now; newer waves first unless all may go at once."""
    groups = [one for one in _groups(look) if one.clusters]
    if look.strategy.return_.order == "allAtOnce":
        everybody = [name for one in groups for name in one.clusters]
        groups = [_Group(everybody, begun=True)]
    back: list[ClusterName] = []
    for group in groups:
        away = [one for one in group.clusters if look.revision_of(one) != home(look, one)]
        if away:
            return _awaited(look, back) or _moved(look, away)
        # Nobody waits for clusters that never left.
        back = group.clusters if group.begun else back
    waiting = _awaited(look, back)
    if waiting is not None:
        return waiting
    ended = replace(look.state, stage=Stage.RETURNED, wave=0)
    return Step(ended, events=(look.event(Occasion.RETURNED, look.state.reason),))


def home(look: Look, cluster: ClusterName) -> RevisionId | None:
    """Return where a cluster goes back to; None for one that was nowhere."""
    plan = look.state.plan
    return None if cluster in plan.joined else plan.base


def _awaited(look: Look, group: list[ClusterName]) -> Step | None:
    """Wait for the wave that went back last, but not for ever."""
    transit = look.at(Place.ON_ITS_WAY, group)
    if not transit or look.state.idle_s >= PATIENCE_S:
        return None
    text = f"{named(transit)} on the way back"
    return Step(look.state, wait=Wait(WaitKind.CLUSTERS, text))


@dataclass(frozen=True, slots=True)
class _Group:
    """Clusters that go back together, and whether their wave had begun."""

    clusters: list[ClusterName]
    begun: bool


def _groups(look: Look) -> Iterator[_Group]:
    """Give the clusters of each wave, the last one first, then those of no wave."""
    waves = look.state.plan.waves
    for index in reversed(range(len(waves))):
        yield _Group(list(waves[index].clusters), index <= look.state.wave)
    departed = [one for one in look.state.plan.departed if one in look.sight.targets]
    yield _Group(departed, begun=False)


def _moved(look: Look, clusters: list[ClusterName]) -> Step:
    homes = {one: home(look, one) for one in clusters}
    return Step(
        replace(look.state, idle_s=0.0),
        tuple(look.move(one, to) for one, to in homes.items() if to is not None),
        tuple(one for one, to in homes.items() if to is None),
        events=(look.event(Occasion.MOVED, f"back: {named(clusters)}"),),
    )
