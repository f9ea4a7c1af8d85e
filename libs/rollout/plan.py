"""The plan of a rollout: who moves in which wave, by which rules, with a hash to agree to."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

import orjson

from libs.kernel.ids import ClusterName, PlanHash, RevisionId
from libs.kernel.rollouts import PlannedWave, RolloutPlan
from libs.meshapi.rollout import FailureBudget, ReturnPolicy, RolloutStrategy, Wave

REMAINING = "remaining"
"""Name of the last wave, of the clusters that no wave selects."""
ALL = "all"
"""Name of the only wave of a change that needs none."""

Labels = Mapping[ClusterName, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Way:
    """From where to where. `clusters` has the labels of all clusters at its end.

    `former` are the clusters at its beginning, `targeted` those that have a target now.
    """

    base: RevisionId | None
    revision: RevisionId
    clusters: Labels
    former: Collection[ClusterName] = ()
    targeted: Collection[ClusterName] = ()
    authors: tuple[str, ...] = ()


def waves_of(strategy: RolloutStrategy, clusters: Labels) -> tuple[PlannedWave, ...]:
    """Return who moves when: in the first wave that selects it, or behind all of them."""
    left = dict(clusters)
    found = []
    for wave in strategy.waves:
        mine = [name for name, labels in left.items() if wave.clusters.matches(labels)]
        for name in mine:
            del left[name]
        found.append(PlannedWave(wave.name, _ordered(wave, mine, clusters)))
    if left:
        found.append(PlannedWave(REMAINING, tuple(sorted(left))))
    return tuple(found)


def plan_for(
    way: Way, strategy: RolloutStrategy | None, default: RolloutStrategy | None
) -> RolloutPlan:
    """Return the plan of a change: by `strategy`, or None for one that needs no waves.

    A change without waves still keeps the windows of the fleet's `default`. Where nothing ran
    before, there is nothing to protect.
    """
    direct = strategy is None or way.base is None
    rules = _direct(default) if strategy is None or direct else strategy
    waves = (
        (PlannedWave(ALL, tuple(sorted(way.clusters))),)
        if direct
        else waves_of(rules, way.clusters)
    )
    known = {*way.clusters, *way.targeted}
    plan = RolloutPlan(
        base=way.base,
        revision=way.revision,
        strategy=rules.model_dump_json(by_alias=True, exclude_defaults=True),
        waves=waves,
        departed=tuple(sorted(set(way.targeted) - way.clusters.keys())),
        joined=tuple(sorted(known - set(way.former))),
        authors=way.authors,
        direct=direct,
    )
    return replace(plan, hash=plan_hash(plan))


def plan_hash(plan: RolloutPlan) -> PlanHash:
    """Return the hash of everything that a plan says."""
    waves = [(one.name, one.clusters) for one in plan.waves]
    content = [plan.base, plan.revision, plan.strategy, waves, plan.departed, plan.joined]
    text = orjson.dumps([*content, plan.authors, plan.direct])
    return PlanHash(hashlib.sha256(text).hexdigest())


def _direct(default: RolloutStrategy | None) -> RolloutStrategy:
    windows = default.windows if default is not None else ()
    return RolloutStrategy(
        windows=windows,
        budget=FailureBudget(clusters="100%"),
        return_=ReturnPolicy(automatic=False),
    )


def _ordered(wave: Wave, mine: Iterable[ClusterName], clusters: Labels) -> tuple[ClusterName, ...]:
    def place(name: ClusterName) -> tuple[tuple[str, ...], ClusterName]:
        return tuple(clusters[name].get(key, "") for key in wave.order_by), name

    return tuple(sorted(mine, key=place))
