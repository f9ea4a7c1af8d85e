"""The fleet as revisions describe it: clusters, rules of rollouts, and what differs."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from libs.desired.fleetview import FleetView
from libs.desired.stored import RevisionReader
from libs.kernel.ids import RevisionId, TreeHash
from libs.kernel.looperrors import TransientError
from libs.kernel.revisions import ManifestEntry, Revision
from libs.meshapi.objects import from_stored
from libs.meshapi.rollout import GROUP, Rollout
from libs.ports.store import Store
from libs.rollout.changes import FLEET, Contents, Rules, rules_of

AUTHORS_MAX = 100
"""So many commits between two revisions are looked at for their authors."""


@dataclass(frozen=True, slots=True)
class FleetAt:
    """A revision with what a rollout has to know of it."""

    revision: Revision
    view: FleetView
    rules: Rules
    contents: Contents


@dataclass(slots=True)
class Fleets:
    """Reads revisions once, as long as they are used. All methods raise what the Store raises."""

    store: Store
    _known: dict[RevisionId, FleetAt] = field(default_factory=dict)

    def at(self, revision: RevisionId) -> FleetAt:
        """Return the fleet at a revision. Raises TransientError where it is not stored."""
        found = self._known.get(revision)
        if found is None:
            found = self._known[revision] = self._read(revision)
        return found

    def forget_all_but(self, revisions: Iterable[RevisionId | None]) -> None:
        """Drop what no rollout needs now."""
        kept = set(revisions)
        self._known = {key: one for key, one in self._known.items() if key in kept}

    def authors(self, base: RevisionId | None, revision: RevisionId) -> tuple[str, ...]:
        """Return who wrote the commits behind `base` up to `revision`, each once, by name."""
        found: set[str] = set()
        at = self.store.revision(revision)
        for _ in range(AUTHORS_MAX):
            if at is None or at.id == base:
                break
            found.add(at.author)
            at = self.store.revision(at.parent) if at.parent is not None else None
        return tuple(sorted(found - {""}))

    def _read(self, name: RevisionId) -> FleetAt:
        revision = self.store.revision(name)
        if revision is None:
            raise TransientError(f"revision {name} is not in the store")
        view = RevisionReader(self.store).view(revision)
        contents = {one.name: self._entries(one.tree) for one in revision.sets}
        rollouts = self._rollouts(entry for some in contents.values() for entry in some)
        rules = rules_of(view.fleet.spec, rollouts)
        return FleetAt(revision, view, rules, {**contents, FLEET: self._entries(revision.fleet)})

    def _entries(self, tree: TreeHash) -> tuple[ManifestEntry, ...]:
        found = self.store.manifest(tree)
        if found is None:
            raise TransientError(f"manifest {tree} is not in the store")
        return found.entries

    def _rollouts(self, entries: Iterable[ManifestEntry]) -> list[Rollout]:
        wanted = {
            one.object for one in entries if (one.key.group, one.key.kind) == (GROUP, "Rollout")
        }
        if not wanted:
            return []
        objects = map(from_stored, self.store.objects(wanted).values())
        return [one for one in objects if isinstance(one, Rollout)]
