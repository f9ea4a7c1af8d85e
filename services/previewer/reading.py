"""A tree of the mirror as one side of a comparison."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from libs.desired.directory import contents_from_files
from libs.desired.facts import FACTS_BYTES_MAX, facts_in
from libs.desired.layout import (
    FLEET_FILE,
    cluster_of_facts,
    cluster_of_file,
    is_yaml,
    unreadable,
)
from libs.kernel.ids import BlobId
from libs.kernel.looperrors import StalledError
from libs.kernel.messages import Message
from libs.ports.gitrepo import EntryKind, TreeEntry
from libs.routediff.side import Side


class Blobs(Protocol):
    """Contents of files by their ids."""

    def blob_size_bytes(self, blob: BlobId) -> int:
        """Size of a blob, without reading it."""
        ...

    def read_blob(self, blob: BlobId) -> bytes:
        """Content of a blob."""
        ...


@dataclass(frozen=True, slots=True)
class Limits:
    """What is read of one commit, in bytes."""

    blob_bytes_max: int
    tree_bytes_max: int


@dataclass(frozen=True, slots=True)
class Reading:
    """A side, or None where its fleet cannot be read, and what is wrong with its files."""

    side: Side | None
    messages: tuple[Message, ...]


def read_side(blobs: Blobs, entries: Sequence[TreeEntry], limits: Limits) -> Reading:
    """Read all objects of a tree. Raises StalledError for a tree beyond the limits."""
    wanted = [one for one in entries if is_yaml(one.path)]
    strange = tuple(unreadable(wanted))
    files = _files(blobs, wanted, limits)
    found = contents_from_files(files)
    messages = (*strange, *found.messages)
    side = Side(found.view, found.contents, facts_in(files)) if found.view else None
    return Reading(side, messages)


def with_fleet_of(base: Sequence[TreeEntry], head: Sequence[TreeEntry]) -> tuple[TreeEntry, ...]:
    """Return the files of `head`, but those that say who may do what, and facts, as in `base`."""
    ours = [one for one in base if _is_fleet(one.path)]
    theirs = [one for one in head if not _is_fleet(one.path)]
    return tuple(sorted([*ours, *theirs]))


def _is_fleet(path: str) -> bool:
    return path == FLEET_FILE or any(of(path) for of in (cluster_of_file, cluster_of_facts))


def _files(blobs: Blobs, entries: Sequence[TreeEntry], limits: Limits) -> Mapping[str, bytes]:
    found: dict[str, bytes] = {}
    rest = limits.tree_bytes_max
    for one in entries:
        if one.kind is not EntryKind.FILE or "\\" in one.path:
            continue
        size = blobs.blob_size_bytes(one.blob)
        most = FACTS_BYTES_MAX if cluster_of_facts(one.path) else limits.blob_bytes_max
        if size > most:
            raise StalledError(f"`{one.path}` is longer than {most} bytes")
        rest -= size
        if rest < 0:
            raise StalledError(f"the files are longer than {limits.tree_bytes_max} bytes")
        found[one.path] = blobs.read_blob(one.blob)
    return found
