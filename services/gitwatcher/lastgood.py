"""What was accepted before, as typed objects with their places.

The mirror holds the accepted commits alive, so they are read from there, with every line number.
Where that is impossible (the mirror was deleted and history rewritten, or a newer parser reads old
files otherwise) the Store has the same objects, with the line where each begins.
"""

from libs.desired.fleetview import FleetView, stored_view
from libs.kernel.ids import TreeHash
from libs.kernel.looperrors import StalledError, TransientError
from libs.kernel.messages import errors
from libs.kernel.revisions import AcceptedSet, ManifestEntry, Revision, StoredObject
from libs.meshapi.objects import from_stored
from libs.meshapi.parsed import ParsedObject
from libs.meshapi.positions import Positions
from libs.meshapi.yamlnodes import Piece
from libs.ports.store import Store
from services.gitwatcher.read import Reader
from services.gitwatcher.work import Candidate, Tree


class LastGood:
    """Reads accepted state from the mirror, else from the Store."""

    def __init__(self, reader: Reader, store: Store) -> None:
        """Read through the reader's memos first."""
        self._reader = reader
        self._store = store

    def view(self, revision: Revision) -> FleetView:
        """Return the fleet of a revision.

        Raises:
            TransientError: neither mirror nor Store gives it now.
        """
        found = self._commit(revision)
        if found is not None and found.view is not None and found.fleet.tree == revision.fleet:
            return found.view
        try:
            return stored_view(one.object for one in self._stored(revision.fleet))
        except ValueError as error:
            raise TransientError(f"the fleet of revision {revision.id}: {error}") from None

    def tree(self, accepted: AcceptedSet) -> Tree:
        """Return a set as it was accepted.

        Raises:
            TransientError: neither mirror nor Store gives it now.
        """
        found = self._commit(accepted)
        tree = found.sets.get(accepted.name) if found is not None else None
        if tree is not None and (tree.tree == accepted.tree or not errors(tree.messages)):
            return tree
        return Tree(accepted.tree, accepted.commit, self._stored(accepted.tree))

    def _commit(self, origin: Revision | AcceptedSet) -> Candidate | None:
        try:
            return self._reader.commit(origin.commit)
        except (TransientError, StalledError):
            return None

    def _stored(self, tree: TreeHash) -> tuple[ParsedObject, ...]:
        manifest = self._store.manifest(tree)
        if manifest is None:
            raise TransientError(f"the store does not hold the last good tree {tree}")
        stored = self._store.objects({entry.object for entry in manifest.entries})
        if len(stored) < len({entry.object for entry in manifest.entries}):
            raise TransientError(f"the store lacks objects of the last good tree {tree}")
        return tuple(_placed(entry, stored[entry.object]) for entry in manifest.entries)


def _placed(entry: ManifestEntry, stored: StoredObject) -> ParsedObject:
    """Give an object the line where it began; its parts are all said to stand there."""
    piece = Piece(entry.origin.file, stored.body.decode(), entry.origin.line - 1)
    return ParsedObject(from_stored(stored), entry.origin, Positions(piece, 0))
