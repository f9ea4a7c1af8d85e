"""Which files belong to which set, and the fingerprint of a set's files."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from libs.confighash.fingerprint import fingerprint
from libs.desired import codes
from libs.desired.fleetview import FleetView
from libs.desired.kustomization import Kustomization, is_inside, kustomizations
from libs.desired.layout import (
    FLEET_FILE,
    cluster_of_facts,
    cluster_of_file,
    is_yaml,
    message,
    unreadable,
)
from libs.kernel.ids import SetName, TreeHash
from libs.kernel.messages import Level, Message
from libs.kernel.origins import Origin
from libs.meshapi.fleet import FleetSet
from libs.ports.gitrepo import EntryKind, TreeEntry

_WHOLE_TREE = "."
_BEHIND_SLASH = "0"
"""The character that sorts next after `/`."""


@dataclass(frozen=True, slots=True)
class SetFiles:
    """The YAML files of a set by path, and what is wrong with its files as such.

    What is in a directory that kustomize renders is in `kustomizations` alone.
    """

    entries: tuple[TreeEntry, ...]
    messages: tuple[Message, ...]
    kustomizations: tuple[Kustomization, ...] = ()


class _Sorted:
    """Entries by path, so that those of a folder are neighbours."""

    def __init__(self, entries: Iterable[TreeEntry]) -> None:
        self.entries = sorted(entries)
        self._paths = [entry.path for entry in self.entries]

    def below(self, prefix: str) -> list[TreeEntry]:
        """Return the entry at a path, or those in the folder that it names."""
        if not prefix:
            return self.entries
        paths = self._paths
        at = bisect_left(paths, prefix)
        if at < len(paths) and paths[at] == prefix:
            return [self.entries[at]]
        start = bisect_left(paths, f"{prefix}/", at)
        return self.entries[start : bisect_left(paths, prefix + _BEHIND_SLASH, start)]

    def held_by(self, one: FleetSet) -> list[TreeEntry]:
        """Return the entries of a set; its paths may overlap."""
        found = [self.below(_bare(prefix)) for prefix in one.paths]
        if len(found) == 1:
            return found[0]
        return sorted({entry.path: entry for each in found for entry in each}.values())


def set_entries(view: FleetView, entries: Sequence[TreeEntry]) -> Mapping[SetName, SetFiles]:
    """Sort the leaves of a tree into the sets of a fleet; one file may be in several sets.

    `fleet.yaml`, every `cluster.yaml` and the facts of clusters belong to no set.
    """
    candidates = _Sorted(entry for entry in entries if not _is_fleet_file(entry.path))
    something = _Sorted(entry for entry in candidates.entries if _is_something(entry))
    numbers = {one.name: number for number, one in enumerate(view.fleet.spec.sets)}
    found: dict[SetName, SetFiles] = {}
    for name, one in sorted(view.sets.items()):
        members = candidates.held_by(one)
        empty = _empty_paths(view, one, numbers[one.name], something) if one.name in numbers else ()
        found[name] = _files(members, tuple(empty))
    return found


def is_at(paths: Iterable[str], file: str) -> bool:
    """Say whether a file is at one of a set's paths, or in a folder that one of them names."""
    bare = [_bare(prefix) for prefix in paths]
    return any(not one or file == one or file.startswith(f"{one}/") for one in bare)


def tree_hash(entries: Iterable[TreeEntry], parser_version: str) -> TreeHash:
    """Fingerprint the paths and contents of files, as a certain version of the parser reads them.

    The order of `entries` does not matter.
    """
    parts = [part.encode() for entry in sorted(entries) for part in (entry.path, entry.blob)]
    return TreeHash(fingerprint("set-tree", parser_version.encode(), *parts))


def _files(members: Sequence[TreeEntry], messages: tuple[Message, ...]) -> SetFiles:
    plain_files = tuple(entry for entry in members if entry.kind is EntryKind.FILE)
    directories = kustomizations(plain_files)
    read = tuple(
        entry
        for entry in (one for one in members if not is_inside(one.path, directories))
        if entry.kind is EntryKind.FILE and is_yaml(entry.path)
    )
    bad = tuple(unreadable(members))
    refused = {one.origin.file for one in bad}
    return SetFiles(
        tuple(sorted(entry for entry in read if entry.path not in refused)),
        (*messages, *bad, *_collisions(read)),
        directories,
    )


def _is_fleet_file(path: str) -> bool:
    return path == FLEET_FILE or any(of(path) for of in (cluster_of_file, cluster_of_facts))


def _bare(prefix: str) -> str:
    """Return a set's path without the ways to write it that mean nothing."""
    parts = [part for part in prefix.split("/") if part not in ("", _WHOLE_TREE)]
    return "/".join(parts)


def _empty_paths(
    view: FleetView, one: FleetSet, number: int, something: _Sorted
) -> Iterator[Message]:
    """Refuse a path without YAML files: a wrong path would otherwise look like a wish to delete."""
    for index, prefix in enumerate(one.paths):
        if not view.is_plain and not something.below(_bare(prefix)):
            place = view.fleet_at(("spec", "sets", number, "paths", index))
            text = f"no YAML file is at `{prefix}`; correct the path, or remove it with its set"
            yield message(codes.SET_PATH, Level.ERROR, place, text)


def _is_something(entry: TreeEntry) -> bool:
    return entry.kind is not EntryKind.FILE or is_yaml(entry.path)


def _collisions(entries: Iterable[TreeEntry]) -> Iterator[Message]:
    """Refuse two names that are one on file systems which do not tell cases apart."""
    first: dict[str, str] = {}
    for entry in entries:
        former = first.setdefault(entry.path.casefold(), entry.path)
        if former != entry.path:
            text = f"`{entry.path}` and `{former}` differ in case only; rename one of them"
            yield message(codes.FILE, Level.ERROR, Origin(entry.path), text)
