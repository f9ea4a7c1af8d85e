"""Targets: the revision that each cluster should run."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, delete, select

from libs.adapters.sql.lookups import chunks, present
from libs.adapters.sql.schema import REVISIONS, TARGETS
from libs.adapters.sql.transactions import touch
from libs.adapters.sql.upserts import upsert
from libs.kernel.ids import ClusterName
from libs.kernel.revisions import Target
from libs.ports.store import StaleGenerationError


def read_targets(connection: Connection) -> Mapping[ClusterName, Target]:
    """Return the target of every cluster that has one."""
    rows = connection.execute(select(TARGETS))
    return {row.cluster: Target(row.cluster, row.revision, row.generation) for row in rows}


def write_targets(connection: Connection, targets: Iterable[Target]) -> None:
    """Set targets, all or none."""
    stored = dict(read_targets(connection))
    moved: dict[ClusterName, Target] = {}
    for target in targets:
        _check_follows(stored.get(target.cluster), target)
        stored[target.cluster] = moved[target.cluster] = target
    if not moved:
        return
    _check_revisions(connection, {target.revision for target in moved.values()})
    upsert(connection, TARGETS, [_row(target) for target in moved.values()])
    touch(connection)


def delete_targets(connection: Connection, clusters: Collection[ClusterName]) -> None:
    """Forget the targets of clusters."""
    removed = 0
    for chunk in chunks(clusters):
        removed += connection.execute(delete(TARGETS).where(TARGETS.c.cluster.in_(chunk))).rowcount
    if removed:
        touch(connection)


def _check_follows(stored: Target | None, target: Target) -> None:
    expected = stored.generation + 1 if stored else 1
    if target.generation != expected:
        raise StaleGenerationError(
            f"cluster {target.cluster} moves to generation {target.generation} of its target,"
            f" but the next one is {expected}"
        )


def _check_revisions(connection: Connection, revisions: Collection[str]) -> None:
    lacking = set(revisions) - present(connection, REVISIONS.c.id, revisions)
    if lacking:
        raise StaleGenerationError(
            f"a target names revision {min(lacking)}, which is not stored or has expired"
        )


def _row(target: Target) -> dict[str, Any]:
    return {
        "cluster": target.cluster,
        "revision": target.revision,
        "generation": target.generation,
    }
