"""Small fleets to store: every value follows from a few numbers and names."""

from collections.abc import Iterable

from libs.kernel.ids import (
    ClusterName,
    CommitId,
    ObjectHash,
    PlanHash,
    ProxyId,
    RevisionId,
    SetName,
    SourceName,
    TraceParent,
    TreeHash,
    Version,
)
from libs.kernel.inventory import (
    Action,
    ClusterReport,
    InventoryRecord,
    ObjectResult,
    Phase,
    RoundState,
)
from libs.kernel.messages import Level, Message, MessageClass
from libs.kernel.origins import ObjectKey, Origin
from libs.kernel.proxies import ProxyRecord, SyncStatus
from libs.kernel.revisions import (
    AcceptedSet,
    Manifest,
    ManifestEntry,
    Refusal,
    Revision,
    SourceState,
    StoredObject,
    Target,
)
from libs.ports.store import Store

SOURCE = SourceName("config")
FLEET = Manifest(TreeHash("fleet"), ())
CLUSTERS = tuple(ClusterName(f"cluster{number}") for number in (1, 2, 3))


def an_object(number: int, version: int = 0, body: bytes | None = None) -> StoredObject:
    """Return the object of a number; another version has another hash."""
    key = ObjectKey("networking.istio.io", "VirtualService", "default", f"object{number}")
    default = b'{"number":%d,"version":%d}' % (number, version)
    hash_ = ObjectHash(f"{number:016x}{version:016x}")
    return StoredObject(hash_, key, default if body is None else body)


def a_manifest(tree: str, objects: Iterable[StoredObject]) -> Manifest:
    """Return a manifest with ten objects a file."""
    entries = (
        ManifestEntry(item.hash, item.key, Origin(f"configs/{at // 10}.yaml", at % 10 * 7 + 1))
        for at, item in enumerate(objects)
    )
    return Manifest(TreeHash(tree), tuple(entries))


def a_revision(
    generation: int, parent: str | None, trees: Iterable[str] = (), writer: str = ""
) -> Revision:
    """Return a revision with one set per tree, named after it."""
    commit = CommitId(f"{generation:040x}")
    return Revision(
        id=RevisionId(f"r{generation}{writer}"),
        parent=None if parent is None else RevisionId(parent),
        generation=generation,
        source=SOURCE,
        commit=commit,
        fleet=FLEET.tree,
        sets=tuple(
            AcceptedSet(SetName(f"set-{tree}"), SOURCE, commit, TreeHash(tree))
            for tree in sorted(trees)
        ),
        renderer_version="1",
        notes=("history was rewritten",),
        trace=TraceParent("00-" + "a" * 32 + "-" + "b" * 16 + "-01"),
        author="Ann <ann@example.com>",
    )


def a_state(revision: Revision | None = None, fault: str | None = None) -> SourceState:
    """Return the state of a source whose head became a revision."""
    return SourceState(SOURCE, revision.commit if revision else None, fault=fault)


def a_message(text: str = "the subset v9 does not exist; write v1") -> Message:
    """Return an error about an object."""
    key = ObjectKey("networking.istio.io", "VirtualService", "default", "reviews")
    place = Origin("configs/reviews.yaml", 3, 5)
    return Message("KIA1107", Level.ERROR, MessageClass.REFERENCE, place, text, key)


def a_refused_state() -> SourceState:
    """Return a state with all that it can hold."""
    warning = Message("PER0001", Level.WARNING, MessageClass.OBJECT, Origin("a.yaml"), "no effect")
    commit = CommitId("c" * 40)
    refusals = (
        Refusal(SOURCE, SetName("bookinfo"), commit, (a_message(),)),
        Refusal(SOURCE, None, commit, ()),
    )
    return SourceState(SOURCE, commit, refusals, (warning,), "the branch main is gone")


def a_proxy(number: int, status: SyncStatus = SyncStatus.SYNCED) -> ProxyRecord:
    """Return what is known of a proxy that is live."""
    return ProxyRecord(
        id=ProxyId(f"sidecar~10.0.0.{number}~pod{number}.default~default.svc.cluster.local"),
        cluster=CLUSTERS[0],
        status=status,
        snapshot=Version("abc"),
        live_revision=RevisionId("r1"),
        live_at_s=1_700_000_000.123456,
        carried=True,
        error=None,
        about=RevisionId("r2"),
    )


def a_record(number: int, phase: Phase = Phase.APPLIED) -> InventoryRecord:
    """Return what is known of the object of a number in a cluster."""
    stored = an_object(number)
    return InventoryRecord(
        key=stored.key,
        version="v1",
        set=SetName("bookinfo"),
        phase=phase,
        desired=stored.hash,
        uid=f"uid-{number}",
        generation=2**40 + number,
        owned="abc",
    )


def a_report(cluster: ClusterName, at_s: float = 1_700_000_000.5) -> ClusterReport:
    """Return the report of a round in which one object failed."""
    failed = ObjectResult(an_object(1).key, SetName("bookinfo"), Action.SKIPPED, "no")
    return ClusterReport(
        cluster=cluster,
        revision=RevisionId("r1"),
        generation=3,
        plan=PlanHash("p1"),
        state=RoundState.FAILED,
        at_s=at_s,
        reason="1 object was refused",
        counts={Action.CREATED: 2, Action.SKIPPED: 1},
        results=(failed,),
    )


def targets_to(revision: Revision, generation: int) -> list[Target]:
    """Return one target per cluster."""
    return [Target(cluster, revision.id, generation) for cluster in CLUSTERS]


def accept_next(store: Store, trees: Iterable[str] = (), writer: str = "") -> Revision:
    """Append a revision to whatever is newest; its manifests must be there."""
    newest = store.newest_revision()
    generation, parent = (newest.generation + 1, newest.id) if newest else (1, None)
    store.add_contents([], [FLEET])
    revision = a_revision(generation, parent, trees, writer)
    store.accept(revision, a_state(revision))
    return revision
