"""Stage `read`: the commit's files become typed objects, set by set."""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import replace

from libs.desired.directory import read_fleet
from libs.desired.fleetview import FleetReading, FleetView
from libs.desired.layout import CLUSTER_FILE, CLUSTERS_FOLDER, FLEET_FILE, Layout, layout
from libs.desired.sets import SetFiles, set_entries, tree_hash
from libs.kernel.ids import CommitId, SetName
from libs.kernel.looperrors import StalledError
from libs.kernel.messages import Level, Message, MessageClass
from libs.kernel.origins import Origin
from libs.meshapi.dialects.inset import converted
from libs.meshapi.objects import to_stored
from libs.meshapi.parse import PARSER_VERSION, parse_file
from libs.meshapi.parsed import ParsedObject
from libs.ports.gitrepo import GitRepo
from libs.ports.kustomize import Kustomize
from services.gitwatcher.collector import paused_collector
from services.gitwatcher.files import FileReader
from services.gitwatcher.kustomized import Kustomized
from services.gitwatcher.versions import Version, Versions
from services.gitwatcher.work import Candidate, Pass, Tree

COMMIT_TOO_LARGE = "PER0404"
_COMMITS_MAX = 32


class Reader:
    """Reads commits behind memos: a commit, a tree of a set and a file are each parsed once."""

    def __init__(
        self, repo: GitRepo, files: FileReader, kustomize: Kustomize | None = None
    ) -> None:
        """Read from `repo`; `files` parses and bounds what is read.

        `kustomize` renders directories that ask for it; without it they are an error.
        """
        self._repo = repo
        self._files = files
        self._kustomized = Kustomized(files, kustomize)
        self._commits: OrderedDict[CommitId, Candidate] = OrderedDict()
        self._fleet = Versions(files)
        self._sets: dict[SetName, Versions] = {}

    def commit(self, commit: CommitId) -> Candidate:
        """Return a commit of the mirror, parsed.

        Raises:
            StalledError: the commit is larger than what is read.
            TransientError: the mirror cannot be read now.
        """
        found = self._commits.get(commit)
        if found is None:
            with paused_collector():
                found = self._read(commit)
            self._remember(found)
        self._commits.move_to_end(commit)
        return found

    def _remember(self, candidate: Candidate) -> None:
        """Keep a commit; what was not asked for longest makes room, sets that are gone as well."""
        self._commits[candidate.commit] = candidate
        while len(self._commits) > _COMMITS_MAX:
            self._commits.popitem(last=False)
        used = {name for held in self._commits.values() for name in held.sets}
        for name in self._sets.keys() - used:
            del self._sets[name]

    def _read(self, commit: CommitId) -> Candidate:
        entries = self._repo.entries(commit)
        found = layout(entries)
        files = self._fleet.at(found.entries)
        reading = read_fleet(found, files.by_path)
        fleet = _fleet(commit, found, files, reading)
        if reading.view is None:
            return Candidate(commit, fleet, None, {})
        sets = {
            name: self._tree(commit, name, one)
            for name, one in set_entries(reading.view, entries).items()
        }
        return Candidate(commit, fleet, reading.view, sets)

    def _tree(self, commit: CommitId, name: SetName, files: SetFiles) -> Tree:
        """Parse a set; what is said of its files as such does not follow from their contents."""
        version = self._sets.setdefault(name, Versions(self._files)).at(files.entries)
        if not files.kustomizations:
            messages = (*files.messages, *version.messages)
            return Tree(version.tree, commit, version.objects, messages)
        made = [self._kustomized.at(one) for one in files.kustomizations]
        objects, said = converted((*version.by_path.values(), *made))
        entries = (*files.entries, *(one for each in files.kustomizations for one in each.entries))
        tree = tree_hash(entries, f"{PARSER_VERSION} {self._kustomized.version}")
        return Tree(tree, commit, objects, (*files.messages, *said))


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


def _fleet(commit: CommitId, found: Layout, files: Version, reading: FleetReading) -> Tree:
    """Return the fleet's own files as a tree; a plain directory gets the fleet it stands for."""
    objects = files.objects
    if reading.view is not None and reading.view.is_plain:
        objects = tuple(_unwritten(reading.view))
    messages = (*found.messages, *files.messages, *reading.messages)
    return Tree(files.tree, commit, objects, tuple(dict.fromkeys(messages)))


def _unwritten(view: FleetView) -> Iterator[ParsedObject]:
    """Give objects that no file holds the places where a person would write them."""
    yield from parse_file(FLEET_FILE, to_stored(view.fleet).body).objects
    for name, cluster in view.clusters.items():
        path = f"{CLUSTERS_FOLDER}/{name}/{CLUSTER_FILE}"
        yield from parse_file(path, to_stored(cluster).body).objects
