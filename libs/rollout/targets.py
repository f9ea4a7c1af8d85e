"""Targets without a rollout policy: every cluster follows the newest revision at once."""

from collections.abc import Iterable, Mapping

from libs.kernel.ids import ClusterName
from libs.kernel.revisions import Revision, Target


def next_targets(
    revision: Revision, clusters: Iterable[ClusterName], current: Mapping[ClusterName, Target]
) -> tuple[Target, ...]:
    """Return the moves, by cluster, of those that are not at `revision` yet.

    Each generation follows the current one by one, and starts at 1.
    """
    return tuple(
        Target(name, revision.id, _generation(current.get(name)) + 1)
        for name in sorted(set(clusters))
        if name not in current or current[name].revision != revision.id
    )


def departed(
    clusters: Iterable[ClusterName], current: Mapping[ClusterName, Target]
) -> tuple[ClusterName, ...]:
    """Return the clusters that have a target and are no longer in the fleet, by name."""
    return tuple(sorted(current.keys() - set(clusters)))


def _generation(target: Target | None) -> int:
    return target.generation if target else 0
