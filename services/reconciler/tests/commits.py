"""Fleets for tests: YAML in, an accepted revision and the targets of its clusters out."""

import functools
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from libs.kernel.ids import ClusterName, CommitId, RevisionId, SetName, SourceName, TreeHash
from libs.kernel.messages import errors
from libs.kernel.revisions import (
    AcceptedSet,
    Manifest,
    ManifestEntry,
    Revision,
    SourceState,
    StoredObject,
    Target,
)
from libs.meshapi.fleet import Cluster
from libs.meshapi.objects import to_stored
from libs.meshapi.parse import parse_file
from libs.meshapi.parsed import ParsedObject
from libs.ports.store import Store
from libs.rollout.targets import next_targets

SOURCE = SourceName("config")


@dataclass(slots=True)
class Commits:
    """A repository's history in a store: every commit is accepted and every target follows."""

    store: Store
    fleet: str
    clusters: Sequence[str]
    revisions: list[Revision] = field(default_factory=list)

    def commit(self, sets: Mapping[str, str], fleet: str = "") -> Revision:
        """Accept a commit with these sets, YAML by name, and move all targets to it."""
        self.fleet = fleet or self.fleet
        files = [("fleet.yaml", self.fleet), *((f"{one}.yaml", one) for one in self.clusters)]
        described = [one for name, text in files for one in parsed(name, text)]
        objects = {name: parsed(f"configs/{name}.yaml", text) for name, text in sets.items()}
        trees = {name: self._stored(found) for name, found in objects.items()}
        former = self.revisions[-1] if self.revisions else None
        number = len(self.revisions) + 1
        revision = Revision(
            RevisionId(f"r{number}"),
            former.id if former else None,
            number,
            SOURCE,
            CommitId(f"{number:040x}"),
            self._stored(described),
            tuple(
                AcceptedSet(SetName(name), SOURCE, CommitId(f"{number:040x}"), tree)
                for name, tree in sorted(trees.items())
            ),
            "test",
        )
        self.store.accept(revision, SourceState(SOURCE, revision.commit))
        self.revisions.append(revision)
        names = [
            ClusterName(one.object.metadata.name)
            for one in described
            if isinstance(one.object, Cluster)
        ]
        self.store.move_targets(next_targets(revision, names, self.store.targets()))
        return revision

    def targets(self) -> Sequence[Target]:
        """Return the targets of all clusters."""
        return list(self.store.targets().values())

    def _stored(self, objects: Iterable[ParsedObject]) -> TreeHash:
        found: list[tuple[StoredObject, ParsedObject]] = [
            (to_stored(one.object), one) for one in objects
        ]
        entries = tuple(ManifestEntry(made.hash, made.key, one.origin) for made, one in found)
        digest = hashlib.sha256(repr(entries).encode()).hexdigest()[:32]
        self.store.add_contents([made for made, _ in found], [Manifest(TreeHash(digest), entries)])
        return TreeHash(digest)


@functools.cache
def parsed(name: str, text: str) -> Sequence[ParsedObject]:
    """Return the objects of a file. Raises ValueError for what is no configuration."""
    found = parse_file(name, text.encode())
    wrong = errors(found.messages)
    if wrong:
        raise ValueError(str(wrong[0]))
    return found.objects
