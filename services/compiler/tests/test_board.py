"""The compiler's answers to frontends: views before assignments, differences, credit for ACKs."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from libs.compile.memo import Memo
from libs.compile.proxy import Proxy, ProxyType
from libs.compile.sharing import Shared
from libs.compile.world import World, build_world
from libs.kernel.ids import (
    ClassKey,
    ClusterName,
    CommitId,
    ProxyId,
    ResourceName,
    RevisionId,
    SourceName,
    TreeHash,
    Version,
)
from libs.kernel.origins import ObjectKey, Origin
from libs.kernel.proxies import Refused, SyncStatus
from libs.kernel.revisions import Revision
from libs.kernel.xds import CLUSTER, Resource, Snapshot
from libs.ports.feed import (
    Assign,
    FromCompiler,
    Hello,
    ProxyConnected,
    ProxyGone,
    ProxyStatus,
    Reject,
    View,
)
from services.compiler.board import Board, ClusterWorld, Compiling, Outcome

EAST = ClusterName("east")
PROXY = ProxyId("sidecar~10.0.0.1~a.ns~ns.svc.cluster.local")
FRONTEND = 1
CULPRIT = (ObjectKey("", "Service", "ns", "s"), Origin("a.yaml", 7))


def snapshot(*versions: str) -> Snapshot:
    """Clusters named after their place, with these versions."""
    resources = {
        ResourceName(f"c{index}"): Resource(
            CLUSTER, ResourceName(f"c{index}"), Version(version), version.encode()
        )
        for index, version in enumerate(versions)
    }
    return Snapshot(Version("|".join(versions)), {CLUSTER: resources})


def world(revision: str, generation: int = 1) -> ClusterWorld:
    """The cluster at a revision; what it compiles to is decided by `Toy`."""
    name = RevisionId(revision)
    tree, source, commit = TreeHash("t"), SourceName("s"), CommitId(f"commit-{revision}")
    value = Revision(name, None, generation, source, commit, tree, (), "1")
    return ClusterWorld(EAST, value, build_world([], EAST))


@dataclass(slots=True)
class Toy:
    """Compiles whatever the test says next."""

    next: Snapshot | str = field(default_factory=lambda: snapshot("1"))
    memos: list[Memo] = field(default_factory=list)
    blamed: int = 0

    def compiling(self) -> Compiling:
        """Nodes name their class; `bad` is no node."""
        return Compiling(self.proxy, self.class_key, self.snapshot, self.blame)

    def proxy(self, node: bytes) -> Proxy:
        """Read a toy node."""
        if node == b"bad":
            raise ValueError("node id `bad` is not understood")
        return Proxy(ProxyType.SIDECAR, node.decode(), cluster=EAST)

    def class_key(self, proxy: Proxy, _world: World) -> ClassKey:
        """Proxies of a namespace are one class."""
        return ClassKey(proxy.namespace)

    def snapshot(self, _world: World, _proxy: Proxy, memo: Memo, _: Shared) -> Snapshot:
        """Give the next snapshot, or fail with the next sentence."""
        self.memos.append(memo)
        if isinstance(self.next, str):
            raise ValueError(self.next)  # noqa: TRY004 - the sentence is the test's
        return self.next

    def blame(
        self, _world: ClusterWorld, _proxy: Proxy, _memo: Memo, event: ProxyStatus
    ) -> tuple[Refused, ...]:
        """Blame one object for everything."""
        self.blamed += 1
        return tuple(Refused(*key, (CULPRIT,)) for key in event.refused)


def move(board: Board, target: ClusterWorld, at_s: float) -> Outcome:
    """Move a target and join all that follows."""
    return sum(board.moved(target, at_s), Outcome())


def messages(outcome: Outcome) -> Sequence[FromCompiler]:
    """What is sent, without the stream."""
    return [send.message for send in outcome.sends]


def connected_board(toy: Toy) -> Board:
    """A board on which one proxy has its first view."""
    board = Board(toy.compiling())
    move(board, world("r1"), 1.0)
    board.hello(FRONTEND, Hello("f"))
    board.connected(FRONTEND, ProxyConnected(PROXY, b"ns"))
    return board


def test_a_proxy_gets_the_whole_view_of_its_class_before_it_is_assigned() -> None:
    """The frontend may answer as soon as it reads the assignment."""
    board = Board(Toy().compiling())
    move(board, world("r1"), 1.0)
    board.hello(FRONTEND, Hello("f"))
    view, assign = messages(board.connected(FRONTEND, ProxyConnected(PROXY, b"ns")))
    assert isinstance(view, View)
    assert (view.base, [r.name for r in view.changed], view.revision) == (None, ["c0"], "r1")
    assert assign == Assign(PROXY, ClassKey("ns"))


def test_a_proxy_whose_cluster_has_no_target_is_held_until_it_has_one() -> None:
    """Nothing is sent rather than an empty view."""
    board = Board(Toy().compiling())
    board.hello(FRONTEND, Hello("f"))
    assert messages(board.connected(FRONTEND, ProxyConnected(PROXY, b"ns"))) == []
    sent = messages(move(board, world("r1"), 1.0))
    assert [type(message) for message in sent] == [View, Assign]


def test_a_moved_target_sends_only_what_changed_to_who_holds_the_rest() -> None:
    """One of two resources changed, so one resource goes out, with its base named."""
    toy = Toy(snapshot("1", "1"))
    board = connected_board(toy)
    toy.next = snapshot("1", "2")
    (view,) = messages(move(board, world("r2", 2), 2.0))
    assert isinstance(view, View)
    assert (view.base, view.snapshot) == ("1|1", "1|2")
    assert [resource.name for resource in view.changed] == ["c1"]


def test_a_class_keeps_its_memo_until_nobody_uses_it() -> None:
    """Every compile of a class builds on the one before; who comes later starts from nothing."""
    toy = Toy()
    board = connected_board(toy)
    move(board, world("r2", 2), 2.0)
    board.gone(FRONTEND, ProxyGone(PROXY))
    assert board.memos == {}
    board.connected(FRONTEND, ProxyConnected(PROXY, b"ns"))
    first, second, third = toy.memos
    assert first is second
    assert third is not first


def test_a_frontend_that_comes_back_with_the_same_view_is_sent_no_resource() -> None:
    """After a restart of the compiler a reconnect costs a few bytes, not the mesh."""
    board = Board(Toy().compiling())
    move(board, world("r1"), 1.0)
    board.hello(FRONTEND, Hello("f", {ClassKey("ns"): Version("1")}))
    view, _ = messages(board.connected(FRONTEND, ProxyConnected(PROXY, b"ns")))
    assert isinstance(view, View)
    assert (view.base, view.changed, view.removed) == ("1", (), ())


def test_a_view_that_cannot_be_compiled_leaves_the_last_good_one_in_place() -> None:
    """The fault is told, nothing is sent, and the next good revision differs from the last good."""
    toy = Toy()
    board = connected_board(toy)
    toy.next = "two virtual hosts claim domain `a`"
    outcome = move(board, world("r2", 2), 2.0)
    assert [fault.reason for fault in outcome.faults] == ["two virtual hosts claim domain `a`"]
    assert messages(outcome) == []
    toy.next = snapshot("3")
    (view,) = messages(move(board, world("r3", 3), 3.0))
    assert isinstance(view, View)
    assert (view.base, view.snapshot) == ("1", "3")


def test_an_acknowledged_snapshot_makes_the_proxy_live_on_its_revision() -> None:
    """The record says when, and that the proxy carried the change."""
    board = connected_board(Toy())
    event = ProxyStatus(PROXY, Version("1"), SyncStatus.SYNCED, 5.0, carried=True)
    (record,) = board.status(event).records
    assert (record.live_revision, record.live_at_s, record.carried) == ("r1", 5.0, True)


def test_an_unchanged_view_makes_a_synced_proxy_live_on_the_new_revision_at_once() -> None:
    """Nothing was carried, and nobody waits for an ACK that will never come."""
    board = connected_board(Toy())
    board.status(ProxyStatus(PROXY, Version("1"), SyncStatus.SYNCED, 5.0, carried=True))
    outcome = move(board, world("r2", 2), 6.0)
    (record,) = outcome.records
    assert (record.live_revision, record.live_at_s, record.carried) == ("r2", 6.0, False)


def test_a_late_acknowledgement_is_credited_to_the_revision_it_belongs_to() -> None:
    """An ACK of the former snapshot is no proof of the newer one."""
    toy = Toy()
    board = connected_board(toy)
    toy.next = snapshot("2")
    move(board, world("r2", 2), 2.0)
    late = ProxyStatus(PROXY, Version("1"), SyncStatus.SYNCED, 3.0, carried=True)
    (record,) = board.status(late).records
    assert record.live_revision == "r1"


def test_a_refused_snapshot_keeps_the_last_live_revision_and_tells_the_error() -> None:
    """A NACK moves nothing."""
    toy = Toy()
    board = connected_board(toy)
    board.status(ProxyStatus(PROXY, Version("1"), SyncStatus.SYNCED, 1.0, carried=True))
    toy.next = snapshot("2")
    move(board, world("r2", 2), 2.0)
    refused = ProxyStatus(PROXY, Version("2"), SyncStatus.REFUSED, 3.0, carried=True, error="no")
    (record,) = board.status(refused).records
    assert (record.status, record.live_revision, record.error) == (SyncStatus.REFUSED, "r1", "no")


def test_a_node_that_is_not_understood_is_rejected_with_the_sentence() -> None:
    """Its frontend can tell the proxy why."""
    board = Board(Toy().compiling())
    board.hello(FRONTEND, Hello("f"))
    (reject,) = messages(board.connected(FRONTEND, ProxyConnected(PROXY, b"bad")))
    assert reject == Reject(PROXY, "node id `bad` is not understood")


def test_a_proxy_that_leaves_is_recorded_as_gone_and_its_view_is_forgotten() -> None:
    """The compiler holds views only of classes that somebody uses."""
    board = connected_board(Toy())
    board.status(ProxyStatus(PROXY, Version("1"), SyncStatus.SYNCED, 1.0, carried=True))
    (record,) = board.gone(FRONTEND, ProxyGone(PROXY)).records
    assert record.status is SyncStatus.GONE
    assert board.views == {}


def test_a_frontend_that_closes_takes_no_proxy_down_with_it() -> None:
    """A proxy reconnects elsewhere; a closed stream says nothing about it."""
    board = connected_board(Toy())
    board.status(ProxyStatus(PROXY, Version("1"), SyncStatus.SYNCED, 1.0, carried=True))
    assert board.closed(FRONTEND) == Outcome()


def test_what_a_class_refuses_is_blamed_on_objects_once() -> None:
    """A thousand proxies with the same complaint are one question, and each record has it."""
    toy = Toy()
    board = connected_board(toy)
    other = ProxyId("sidecar~10.0.0.2~b.ns~ns.svc.cluster.local")
    board.connected(FRONTEND, ProxyConnected(other, b"ns"))
    key = (CLUSTER, ResourceName("c0"))
    for proxy in (PROXY, other):
        event = ProxyStatus(
            proxy, Version("1"), SyncStatus.REFUSED, 3.0, carried=True, error="no", refused=(key,)
        )
        (record,) = board.status(event).records
        assert record.refused == (Refused(*key, (CULPRIT,)),)
    assert toy.blamed == 1


def test_a_refusal_of_a_view_that_was_replaced_names_resources_alone() -> None:
    """Whose objects made a former view is not known any more."""
    toy = Toy()
    board = connected_board(toy)
    toy.next = snapshot("2")
    move(board, world("r2", 2), 2.0)
    key = (CLUSTER, ResourceName("c0"))
    event = ProxyStatus(
        PROXY, Version("1"), SyncStatus.REFUSED, 3.0, carried=True, error="no", refused=(key,)
    )
    (record,) = board.status(event).records
    assert record.refused == (Refused(*key),)
    assert toy.blamed == 0
