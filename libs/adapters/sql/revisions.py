"""Revisions: appended one behind the other, never changed."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, insert, select

from libs.adapters.sql import codec
from libs.adapters.sql.lookups import AnySelect, present, rows_of
from libs.adapters.sql.schema import MANIFESTS, REVISION_SETS, REVISIONS
from libs.adapters.sql.sources import put_source
from libs.adapters.sql.transactions import touch
from libs.kernel.ids import RevisionId
from libs.kernel.revisions import AcceptedSet, Revision, SourceState
from libs.ports.store import StaleGenerationError


def read_revision(connection: Connection, revision: RevisionId) -> Revision | None:
    """Return one revision."""
    found = read_revisions(connection, select(REVISIONS).where(REVISIONS.c.id == revision))
    return found[0] if found else None


def read_newest(connection: Connection, limit: int) -> Sequence[Revision]:
    """Return the newest revisions, newest first."""
    newest = select(REVISIONS).order_by(REVISIONS.c.generation.desc()).limit(max(0, limit))
    return read_revisions(connection, newest)


def read_revisions(connection: Connection, query: AnySelect) -> list[Revision]:
    """Return the revisions of a query over their table, with their sets, in its order."""
    rows = list(connection.execute(query))
    sets: dict[str, list[AcceptedSet]] = {row.id: [] for row in rows}
    for row in rows_of(connection, select(REVISION_SETS), REVISION_SETS.c.revision, sets.keys()):
        accepted = AcceptedSet(row.name, row.source, row.commit_id, row.tree)
        sets[row.revision].append(accepted)
    return [
        Revision(
            id=row.id,
            parent=row.parent,
            generation=row.generation,
            source=row.source,
            commit=row.commit_id,
            fleet=row.fleet,
            sets=_sorted(sets[row.id]),
            renderer_version=row.renderer_version,
            notes=codec.load_notes(row.notes),
            trace=row.trace,
            author=row.author,
        )
        for row in rows
    ]


def append_revision(connection: Connection, revision: Revision, state: SourceState) -> None:
    """Append a revision to the newest one and record its source."""
    newest = next(iter(read_newest(connection, 1)), None)
    stored = read_revision(connection, revision.id)
    if stored is None:
        _check_follows(newest, revision)
        _check_contents(connection, revision)
        _insert(connection, revision)
        put_source(connection, state)
        touch(connection)
        return
    _check_same(stored, revision)
    # Where others went on since, `state` is history and must not come back.
    if stored == newest and put_source(connection, state):
        touch(connection)


def _check_same(stored: Revision, revision: Revision) -> None:
    """A bug of the writer, not a race: an id that does not cover where the revision stands."""
    if (stored.parent, stored.generation) != (revision.parent, revision.generation):
        raise ValueError(f"revision {revision.id} is stored with another parent or generation")


def _check_follows(newest: Revision | None, revision: Revision) -> None:
    expected = (newest.id, newest.generation + 1) if newest else (None, 1)
    if (revision.parent, revision.generation) != expected:
        raise StaleGenerationError(
            f"revision {revision.id} has parent {revision.parent} and generation"
            f" {revision.generation}, but the next one has {expected[0]} and {expected[1]}"
        )


def _check_contents(connection: Connection, revision: Revision) -> None:
    trees = {revision.fleet, *(accepted.tree for accepted in revision.sets)}
    lacking = trees - present(connection, MANIFESTS.c.tree, trees)
    if lacking:
        raise StaleGenerationError(
            f"revision {revision.id} names the manifest {min(lacking)}, which is not stored"
        )


def _insert(connection: Connection, revision: Revision) -> None:
    row = {
        "id": revision.id,
        "parent": revision.parent,
        "generation": revision.generation,
        "source": revision.source,
        "commit_id": revision.commit,
        "fleet": revision.fleet,
        "renderer_version": revision.renderer_version,
        "notes": codec.dump_notes(revision.notes),
        "trace": revision.trace,
        "author": revision.author,
    }
    connection.execute(insert(REVISIONS), row)
    sets = [
        {
            "revision": revision.id,
            "name": accepted.name,
            "source": accepted.source,
            "commit_id": accepted.commit,
            "tree": accepted.tree,
        }
        for accepted in revision.sets
    ]
    if sets:
        connection.execute(insert(REVISION_SETS), sets)


def _sorted(sets: Iterable[AcceptedSet]) -> tuple[AcceptedSet, ...]:
    return tuple(sorted(sets, key=lambda accepted: accepted.name))
