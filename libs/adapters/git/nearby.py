"""Brings a few commits from a repository on this machine without libgit2's fetch.

That fetch compares every ref of both sides, and the mirror has one for each commit it holds alive:
milliseconds that grow with history, at every push. Here the new objects are found by walking from
the new commit until the mirror has what is met, and written as one pack.
"""

from collections.abc import Callable
from pathlib import Path

import pygit2
from pygit2.enums import ObjectType

OBJECTS_MAX = 2_000
"""Beyond this libgit2's own fetch is faster; it is a first fetch or a very large push."""

_SUBMODULE = 0o160000


def bring(
    source: pygit2.Repository,
    mirror: pygit2.Repository,
    tip: pygit2.Oid,
    check: Callable[[int, int], None],
) -> bool:
    """Write what `mirror` lacks of `tip` and its history as a pack.

    Whatever the mirror has, it has with all that belongs to it: packs only ever come whole.
    `check` gets bytes and objects so far and raises when that is too much.

    Returns:
        False when there is too much to bring, and nothing was written.
    """
    missing = _missing(source, mirror, tip, check)
    if missing is None:
        return False
    if missing:
        builder = pygit2.PackBuilder(source)
        builder.set_threads(1)
        for object_id in missing:
            builder.add(object_id)
        builder.write(Path(mirror.path) / "objects" / "pack")
    return True


def _missing(
    source: pygit2.Repository,
    mirror: pygit2.Repository,
    tip: pygit2.Oid,
    check: Callable[[int, int], None],
) -> list[pygit2.Oid] | None:
    """Walk from `tip`; None when more is missing than should be brought this way."""
    found: dict[pygit2.Oid, None] = {}
    waiting, size_bytes = [tip], 0
    while waiting:
        at = waiting.pop()
        if at in found or at in mirror:
            continue
        if len(found) >= OBJECTS_MAX:
            return None
        kind, size = source.odb.read_header(at)
        size_bytes += size
        found[at] = None
        check(size_bytes, len(found))
        waiting.extend(_below(source, at, kind))
    return list(found)


def _below(source: pygit2.Repository, at: pygit2.Oid, kind: ObjectType) -> list[pygit2.Oid]:
    """Return the objects that an object names, submodules' commits excepted."""
    if kind == ObjectType.COMMIT:
        commit = source[at].peel(pygit2.Commit)
        return [commit.tree_id, *commit.parent_ids]
    if kind == ObjectType.TREE:
        tree = source[at].peel(pygit2.Tree)
        return [entry.id for entry in tree if entry.filemode != _SUBMODULE]
    if kind == ObjectType.TAG:
        return [source[at].peel(pygit2.Tag).target]
    return []
