"""Stage `read`: the commit's files become typed objects, set by set."""

import gc
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TypeVar

from libs.desired.directory import read_fleet
from libs.desired.fleetview import FleetReading, FleetView
from libs.desired.layout import CLUSTER_FILE, CLUSTERS_FOLDER, FLEET_FILE, Layout, layout
from libs.desired.sets import SetFiles, set_entries, tree_hash
from libs.kernel.ids import CommitId, TreeHash
from libs.kernel.looperrors import StalledError
from libs.kernel.messages import Level, Message, MessageClass
from libs.kernel.origins import Origin
from libs.meshapi.objects import to_stored
from libs.meshapi.parse import PARSER_VERSION, parse_file
from libs.meshapi.parsed import ParsedFile, ParsedObject
from libs.ports.gitrepo import GitRepo
from services.gitwatcher.files import FileReader
from services.gitwatcher.work import Candidate, Pass, Tree

COMMIT_TOO_LARGE = "PER0404"
_COMMITS_MAX = 8
_TREES_MAX = 1_000

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class _Parsed:
    objects: tuple[ParsedObject, ...]
    messages: tuple[Message, ...]


class Reader:
    """Reads commits behind memos: commits, trees of sets, and files are each parsed once."""

    def __init__(self, repo: GitRepo, files: FileReader) -> None:
        """Read from `repo`; `files` parses and bounds what is read."""
        self._repo = repo
        self._files = files
        self._commits: OrderedDict[CommitId, Candidate] = OrderedDict()
        self._trees: OrderedDict[TreeHash, _Parsed] = OrderedDict()

    def commit(self, commit: CommitId) -> Candidate:
        """Return a commit of the mirror, parsed.

        Raises:
            StalledError: the commit is larger than what is read.
            TransientError: the mirror cannot be read now.
        """
        found = self._commits.get(commit)
        if found is None:
            with _paused_collector():
                found = self._read(commit)
            _remember(self._commits, commit, found, _COMMITS_MAX)
        self._commits.move_to_end(commit)
        return found

    def _read(self, commit: CommitId) -> Candidate:
        entries = self._repo.entries(commit)
        found = layout(entries)
        parsed = {
            entry.path: file for entry in found.entries for file in self._files.parsed((entry,))
        }
        reading = read_fleet(found, parsed)
        fleet = _fleet(commit, found, parsed, reading)
        if reading.view is None:
            return Candidate(commit, fleet, None, {})
        sets = {
            name: self._tree(commit, files)
            for name, files in set_entries(reading.view, entries).items()
        }
        return Candidate(commit, fleet, reading.view, sets)

    def _tree(self, commit: CommitId, files: SetFiles) -> Tree:
        """Parse a set; what is said of its files as such does not follow from the hash."""
        tree = tree_hash(files.entries, PARSER_VERSION)
        parsed = self._trees.get(tree)
        if parsed is None:
            parsed = _joined(self._files.parsed(files.entries))
            _remember(self._trees, tree, parsed, _TREES_MAX)
        self._trees.move_to_end(tree)
        return Tree(tree, commit, parsed.objects, (*files.messages, *parsed.messages))


def read(work: Pass, reader: Reader) -> Pass:
    """Parse the commit; one that is larger than what is read is refused as a whole."""
    if work.head is None:
        return work
    with work.span("parse") as span:
        try:
            candidate = reader.commit(work.head)
        except StalledError as error:
            candidate = _too_much(work.head, error.reason)
        span.set_attribute("sets", len(candidate.sets))
    return replace(work, candidate=candidate)


def _too_much(commit: CommitId, reason: str) -> Candidate:
    """Say of a commit that nobody will read it, so that it is not tried at every poll."""
    message = Message(COMMIT_TOO_LARGE, Level.ERROR, MessageClass.OBJECT, Origin("."), reason)
    return Candidate(commit, Tree(tree_hash((), PARSER_VERSION), commit, (), (message,)), None, {})


def _joined(files: Iterable[ParsedFile]) -> _Parsed:
    listed = tuple(files)
    return _Parsed(
        tuple(one for file in listed for one in file.objects),
        tuple(one for file in listed for one in file.messages),
    )


def _fleet(
    commit: CommitId, found: Layout, files: Mapping[str, ParsedFile], reading: FleetReading
) -> Tree:
    """Return the fleet's own files as a tree; a plain directory gets the fleet it stands for."""
    parsed = _joined(files.values())
    objects = parsed.objects
    if reading.view is not None and reading.view.is_plain:
        objects = tuple(_unwritten(reading.view))
    messages = (*found.messages, *parsed.messages, *reading.messages)
    tree = tree_hash(found.entries, PARSER_VERSION)
    return Tree(tree, commit, objects, tuple(dict.fromkeys(messages)))


def _unwritten(view: FleetView) -> Iterator[ParsedObject]:
    """Give objects that no file holds the places where a person would write them."""
    yield from parse_file(FLEET_FILE, to_stored(view.fleet).body).objects
    for name, cluster in view.clusters.items():
        path = f"{CLUSTERS_FOLDER}/{name}/{CLUSTER_FILE}"
        yield from parse_file(path, to_stored(cluster).body).objects


def _remember(
    memo: "OrderedDict[_Key, _Value]", key: _Key, value: _Value, entries_max: int
) -> None:
    """Keep a value; what was not asked for longest makes room."""
    memo[key] = value
    while len(memo) > entries_max:
        memo.popitem(last=False)


@contextmanager
def _paused_collector() -> Iterator[None]:
    """Building many objects that stay costs several times as much while cycles are looked for."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
