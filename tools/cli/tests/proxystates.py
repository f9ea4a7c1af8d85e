"""A state folder in which one revision is live on one proxy."""

from pathlib import Path

from libs.adapters.sql.store import open_store
from libs.kernel.ids import (
    ClusterName,
    CommitId,
    ProxyId,
    RevisionId,
    SetName,
    SourceName,
    TreeHash,
    Version,
)
from libs.kernel.proxies import ProxyRecord, SyncStatus
from libs.kernel.revisions import AcceptedSet, Manifest, Revision, SourceState, Target
from libs.ports.store import Store

COMMIT = CommitId("c" * 40)
FLEET = SourceName("fleet")
TREE = TreeHash("t1")
REVISION = Revision(
    RevisionId("r1"),
    None,
    1,
    FLEET,
    COMMIT,
    TREE,
    (AcceptedSet(SetName("bookinfo"), FLEET, COMMIT, TREE),),
    "1",
    notes=("history was rewritten",),
)
PROXY = ProxyRecord(
    ProxyId("sidecar~10.0.0.1~a.default~default.svc.cluster.local"),
    ClusterName("cluster1"),
    SyncStatus.SYNCED,
    Version("s1"),
    REVISION.id,
    1_000_000_000.25,
    carried=True,
)


def stored(folder: Path) -> Store:
    """Open the database of a state folder."""
    return open_store(f"sqlite:///{folder / 'periplus.sqlite'}")


def seed(folder: Path) -> Path:
    """Put the revision and its proxy into a state folder; return it."""
    store = stored(folder)
    store.add_contents([], [Manifest(TREE, ())])
    store.accept(REVISION, SourceState(FLEET, COMMIT))
    store.move_targets([Target(PROXY.cluster, REVISION.id, 1)])
    store.record_proxies([PROXY])
    return folder
