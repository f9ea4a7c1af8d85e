"""A fleet of one cluster and one set, put into a Store without a repository."""

from libs.kernel.ids import (
    ClusterName,
    CommitId,
    RevisionId,
    SetName,
    SourceName,
    TreeHash,
)
from libs.kernel.origins import Origin
from libs.kernel.revisions import (
    AcceptedSet,
    Manifest,
    ManifestEntry,
    Revision,
    SourceState,
    Target,
)
from libs.meshapi.objects import to_stored
from libs.meshapi.parse import parse_file
from libs.ports.store import Store

EAST, SOURCE, COMMIT = ClusterName("east"), SourceName("fleet"), CommitId("c" * 40)
FLEET = """\
apiVersion: periplus.io/v1alpha1
kind: Fleet
metadata: {name: f}
spec: {mesh: {trustDomain: TRUST}, sets: [{name: a, paths: [a]}]}
---
apiVersion: periplus.io/v1alpha1
kind: Cluster
metadata: {name: east}
"""
SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: hello}
spec: {ports: [{name: http, port: 80}]}
"""


def manifest(store: Store, name: str, text: str, first_line: int = 1) -> TreeHash:
    """Store the objects of a text as a set's manifest."""
    parsed = parse_file("file.yaml", text.encode()).objects
    stored = [to_stored(one.object) for one in parsed]
    tree = TreeHash(name)
    entries = tuple(
        ManifestEntry(one.hash, one.key, Origin("file.yaml", first_line + index))
        for index, one in enumerate(stored)
    )
    store.add_contents(stored, [Manifest(tree, entries)])
    return tree


def accept(store: Store, number: int, fleet: TreeHash, tree: TreeHash) -> Target:
    """Append a revision; return the target that names it."""
    newest = store.newest_revision()
    revision = Revision(
        RevisionId(f"r{number}"),
        newest.id if newest else None,
        number,
        SOURCE,
        COMMIT,
        fleet,
        (AcceptedSet(SetName("a"), SOURCE, COMMIT, tree),),
        "1",
    )
    store.accept(revision, SourceState(SOURCE, COMMIT))
    return Target(EAST, revision.id, number)
