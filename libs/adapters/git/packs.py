"""Joins the small packs that fetches leave behind.

Each fetch writes one pack. After thousands of pushes every look-up would search thousands of
packs, so once there are many, one pack takes the place of the smallest. A pack twice as large as
all smaller ones together is left alone: an object is then written again a logarithmic number of
times only, and a push rarely waits for it. Nothing is ever lost by a crash: the new pack is
complete before an old one goes, and an object may stand in two packs.
"""

import struct
from collections.abc import Mapping
from pathlib import Path

import pygit2

from libs.adapters.git.limits import GitLimits

_HEADER_BYTES = 8
_FANOUT_BYTES = 256 * 4
_ID_BYTES = 20
_VERSION_2 = b"\xfftOc\x00\x00\x00\x02"


def join_small_packs(repo: pygit2.Repository, limits: GitLimits) -> bool:
    """Join small packs when there are too many; return whether anything was joined.

    The caller opens the repository again afterwards, because `repo` may still know the old packs.
    """
    folder = Path(repo.path) / "objects" / "pack"
    sizes = {index: _size_bytes(index, limits) for index in folder.glob("pack-*.idx")}
    if sum(size > 0 for size in sizes.values()) <= limits.packs_max:
        return False
    small = _smallest(sizes)
    before = set(folder.glob("pack-*.idx"))
    builder = pygit2.PackBuilder(repo)
    for index in small:
        for object_id in object_ids(index.read_bytes()):
            builder.add(object_id)
    builder.write(str(folder))
    written = set(folder.glob("pack-*.idx")) - before
    for index in small if written else []:
        index.unlink()
        index.with_suffix(".pack").unlink()
    return bool(written)


def object_ids(index: bytes) -> list[pygit2.Oid]:
    """Read the ids from a pack index of version 2.

    Source: git's description of the pack format, section on version 2 pack indexes.

    Raises:
        ValueError: it is no such index.
    """
    if index[:_HEADER_BYTES] != _VERSION_2:
        raise ValueError("unknown version of a pack index")
    start = _HEADER_BYTES + _FANOUT_BYTES
    (count,) = struct.unpack_from(">I", index, start - 4)
    ends = range(start, start + count * _ID_BYTES, _ID_BYTES)
    return [pygit2.Oid(raw=index[at : at + _ID_BYTES]) for at in ends]


def _smallest(sizes: Mapping[Path, int]) -> list[Path]:
    """Take packs by size, at least two, until the next is twice as large as all before it."""
    taken: list[Path] = []
    total = 0
    for index, size in sorted(sizes.items(), key=lambda item: item[1]):
        if not size:
            continue
        if len(taken) > 1 and size >= 2 * total:
            break
        taken.append(index)
        total += size
    return taken


def _size_bytes(index: Path, limits: GitLimits) -> int:
    """Size of a pack that may be joined, else 0. One with a `.keep` file is somebody else's."""
    pack = index.with_suffix(".pack")
    if index.with_suffix(".keep").exists() or not pack.exists():
        return 0
    size = pack.stat().st_size
    return size if size <= limits.joined_pack_bytes_max else 0
