"""Values to store."""

from libs.kernel.ids import CommitId, ObjectHash, RevisionId, SetName, SourceName, TreeHash
from libs.kernel.origins import ObjectKey, Origin
from libs.kernel.revisions import (
    AcceptedSet,
    Manifest,
    ManifestEntry,
    Revision,
    SourceState,
    StoredObject,
)

SOURCE = SourceName("config")
COMMIT = CommitId("c" * 40)


def stored(number: int, version: int = 0) -> StoredObject:
    """Return an object; another version has another hash."""
    key = ObjectKey("networking.istio.io", "VirtualService", "default", f"object{number}")
    return StoredObject(ObjectHash(f"{number:08x}{version:08x}"), key, b"{}")


def manifest(tree: str, objects: list[StoredObject]) -> Manifest:
    """Return a manifest with one object a file."""
    entries = (ManifestEntry(item.hash, item.key, Origin(item.key.name)) for item in objects)
    return Manifest(TreeHash(tree), tuple(entries))


def revision(generation: int, *trees: str) -> Revision:
    """Return a revision upon the one before; its first tree is the fleet's as well."""
    return Revision(
        id=RevisionId(f"r{generation}"),
        parent=RevisionId(f"r{generation - 1}") if generation > 1 else None,
        generation=generation,
        source=SOURCE,
        commit=COMMIT,
        fleet=TreeHash(trees[0]),
        sets=tuple(AcceptedSet(SetName(t), SOURCE, COMMIT, TreeHash(t)) for t in sorted(trees)),
        renderer_version="1",
    )


def state() -> SourceState:
    """Return the state of the source of every revision."""
    return SourceState(SOURCE, COMMIT)
