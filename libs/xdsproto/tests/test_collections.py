"""S11: a name that ends with a star is asked for all resources in one place."""

from libs.kernel.ids import ResourceName, Version
from libs.kernel.xds import LB_ENDPOINT, Resource
from libs.xdsproto.commands import Respond
from libs.xdsproto.engine import AdsEngine
from libs.xdsproto.events import DeltaRequest, SnapshotAssigned
from libs.xdsproto.published import Published, full, successor

HERE, THERE = "xdstp://a/type/here", "xdstp://a/type/there"


def _one(name: str, version: str = "1") -> Resource:
    return Resource(LB_ENDPOINT, ResourceName(name), Version(version), b"")


MESH = full(Version("s1"), [_one(f"{HERE}/1"), _one(f"{HERE}/2"), _one(f"{THERE}/1")])


class Client:
    """Asks, and acknowledges everything at once."""

    def __init__(self, published: Published = MESH) -> None:
        """Open a stream."""
        self.engine = AdsEngine()
        self.hear(published)

    def hear(self, published: Published) -> list[str]:
        """Assign a snapshot; return what is sent."""
        self.engine.receive(SnapshotAssigned(published))
        return self._pump()

    def ask(self, *names: str, drop: tuple[str, ...] = (), **have: str) -> list[str]:
        """Ask for names; return what is sent."""
        wanted, dropped = (tuple(map(ResourceName, one)) for one in (names, drop))
        held = {ResourceName(f"{HERE}/{name[1:]}"): Version(one) for name, one in have.items()}
        self.engine.receive(DeltaRequest(LB_ENDPOINT, wanted, dropped, held))
        return self._pump()

    def _pump(self) -> list[str]:
        sent: list[str] = []
        while commands := self.engine.advance():
            for one in commands:
                if isinstance(one, Respond):
                    sent += [f"+{entry.name}={entry.version}" for entry in one.entries]
                    sent += [f"-{name}" for name in one.removed]
                    self.engine.receive(DeltaRequest(one.type_url, nonce=one.nonce))
        return sent


def test_a_collection_is_answered_by_its_members() -> None:
    """S11: and by nothing else."""
    assert Client().ask(f"{HERE}/*") == [f"+{HERE}/1=1", f"+{HERE}/2=1"]


def test_an_empty_collection_is_answered_as_absent_and_pushed_later() -> None:
    """S11: nobody waits for it, and what springs into being is sent."""
    client = Client()
    assert client.ask("xdstp://a/type/none/*") == ["-xdstp://a/type/none/*"]
    more = successor(MESH, Version("s2"), [_one("xdstp://a/type/none/1")], [])
    assert client.hear(more) == ["+xdstp://a/type/none/1=1"]


def test_members_that_come_change_and_go_are_told_one_by_one() -> None:
    """S11: one endpoint of ten thousand costs one endpoint."""
    client = Client()
    client.ask(f"{HERE}/*")
    gone = [(LB_ENDPOINT, ResourceName(f"{HERE}/2"))]
    changed = [_one(f"{HERE}/1", "2"), _one(f"{HERE}/3"), _one(f"{THERE}/9")]
    after = successor(MESH, Version("s2"), changed, gone)
    assert client.hear(after) == [f"+{HERE}/1=2", f"+{HERE}/3=1", f"-{HERE}/2"]


def test_a_dropped_collection_is_told_no_more() -> None:
    """S11: its members are forgotten; asked for again, they are sent again."""
    client = Client()
    client.ask(f"{HERE}/*")
    assert client.ask(drop=(f"{HERE}/*",)) == []
    after = successor(MESH, Version("s2"), [_one(f"{HERE}/1", "2")], [])
    assert client.hear(after) == []
    assert client.ask(f"{HERE}/*") == [f"+{HERE}/1=2", f"+{HERE}/2=1"]


def test_a_client_that_comes_back_gets_what_differs() -> None:
    """S11, S9: what it has is not sent again, and what is gone is removed."""
    assert Client().ask(f"{HERE}/*", n1="1", n3="1") == [f"+{HERE}/2=1", f"-{HERE}/3"]


def test_who_asks_before_there_is_a_view_is_answered_with_it() -> None:
    """S11: a collection that has members then is not called absent."""
    client = Client.__new__(Client)
    client.engine = AdsEngine()
    assert client.ask(f"{HERE}/*") == []
    assert client.hear(MESH) == [f"+{HERE}/1=1", f"+{HERE}/2=1"]
