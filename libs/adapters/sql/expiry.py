"""Drops old revisions, and the content that only they named."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, exists, select

from libs.adapters.sql.lookups import chunks
from libs.adapters.sql.revisions import read_revisions
from libs.adapters.sql.schema import (
    MANIFEST_PAGES,
    MANIFESTS,
    OBJECTS,
    PAGE_ENTRIES,
    PAGES,
    REVISION_SETS,
    REVISIONS,
    ROLLOUTS,
    TARGETS,
)
from libs.adapters.sql.transactions import touch
from libs.kernel.revisions import Revision


def drop_old(connection: Connection, keep_revisions: int) -> Sequence[Revision]:
    """Drop what is neither among the newest, of which one always stays, nor needed by others."""
    order = select(REVISIONS.c.id).order_by(REVISIONS.c.generation.desc())
    ids = list(connection.execute(order).scalars())
    named = set(connection.execute(select(TARGETS.c.revision)).scalars())
    for row in connection.execute(select(ROLLOUTS.c.base, ROLLOUTS.c.revision)):
        named |= {row.base, row.revision}
    doomed = [item for item in ids[max(1, keep_revisions) :] if item not in named]
    dropped: list[Revision] = []
    for chunk in chunks(doomed):
        chosen = REVISIONS.c.id.in_(chunk)
        dropped += read_revisions(connection, select(REVISIONS).where(chosen))
        connection.execute(delete(REVISIONS).where(chosen))
    if dropped:
        _sweep(connection)
        touch(connection)
    return sorted(dropped, key=lambda revision: revision.generation)


def _sweep(connection: Connection) -> None:
    """Drop what nothing names, from the top down; links go with their manifest and page."""
    tree = MANIFESTS.c.tree
    in_use = exists().where(REVISIONS.c.fleet == tree) | exists().where(
        REVISION_SETS.c.tree == tree
    )
    connection.execute(delete(MANIFESTS).where(~in_use))
    linked = exists().where(MANIFEST_PAGES.c.page == PAGES.c.id)
    connection.execute(delete(PAGES).where(~linked))
    listed = exists().where(PAGE_ENTRIES.c.object == OBJECTS.c.hash)
    connection.execute(delete(OBJECTS).where(~listed))
