"""Random lives of a stream, with a client that keeps the protocol's rules by its own book.

Whatever the client asks, drops, refuses or loses, and whatever the snapshot becomes: at rest it
holds exactly what it asked for, and until then it never holds a route to a cluster that it lacks.
"""

import dataclasses
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from libs.kernel.ids import ResourceName, TypeUrl, Version
from libs.kernel.proxies import SyncStatus
from libs.kernel.xds import (
    CLUSTER,
    ENDPOINT,
    FULL_STATE_TYPES,
    LISTENER,
    ROUTE,
    Resource,
)
from libs.xdsproto.commands import Close, Record, Respond
from libs.xdsproto.due import Quantum
from libs.xdsproto.engine import AdsEngine, StreamLimits
from libs.xdsproto.events import NO_VERSION, DeltaRequest, SnapshotAssigned, SotwRequest
from libs.xdsproto.published import Published, full, successor

TYPES = (CLUSTER, ENDPOINT, LISTENER, ROUTE)
NAMES = tuple(ResourceName(name) for name in "abcd")
WILDCARD = ResourceName("*")
types = st.sampled_from(TYPES)
names = st.sampled_from(NAMES)
BAD = "bad"


@dataclasses.dataclass
class Book:
    """What the client keeps of one type. `seen` are the responses that it has not answered."""

    wanted: set[ResourceName] = dataclasses.field(default_factory=set)
    wildcard: bool = False
    asked: bool = False
    holds: dict[ResourceName, Version] = dataclasses.field(default_factory=dict)
    inbox: list[Respond] = dataclasses.field(default_factory=list)
    nonce: str = ""
    version: Version = NO_VERSION

    def covers(self, name: ResourceName) -> bool:
        """Whether the client wants this name."""
        return self.wildcard or name in self.wanted


class Client(RuleBasedStateMachine):
    """One client, one stream at a time. `delta` is set by the two variants below."""

    delta: bool
    limits = StreamLimits()

    def __init__(self) -> None:
        """Start with an empty snapshot that nobody asked for."""
        super().__init__()
        self.content: dict[tuple[TypeUrl, ResourceName], str] = {}
        self.count = 0
        self.published = self._published()
        self.books = {url: Book() for url in TYPES}
        self.records: list[Record] = []
        self._open()

    # what the control plane does

    def _published(self) -> Published:
        self.count += 1
        resources = [_resource(key, version) for key, version in self.content.items()]
        return full(Version(f"s{self.count}"), resources)

    @rule(url=types, name=names, bad=st.sampled_from([False] * 7 + [True]))
    def change(self, url: TypeUrl, name: ResourceName, *, bad: bool) -> None:
        """A resource comes or changes; a bad one is refused by the client."""
        self.count += 1
        version = f"{BAD if bad and url == ROUTE else ''}{self.count}"
        self.content[url, name] = version
        resource = _resource((url, name), version)
        self._assign(successor(self.published, Version(f"s{self.count}"), [resource], []))

    @rule(url=types, name=names)
    def remove(self, url: TypeUrl, name: ResourceName) -> None:
        """A resource goes, or a removal of nothing is told."""
        self.count += 1
        self.content.pop((url, name), None)
        self._assign(successor(self.published, Version(f"s{self.count}"), [], [(url, name)]))

    @rule()
    def replace(self) -> None:
        """The same content is published without a base: another class, another compiler."""
        self._assign(self._published())

    def _assign(self, published: Published) -> None:
        self.published = published
        self.engine.receive(SnapshotAssigned(published))
        self._pump()

    # what the client does

    @rule(url=types, asked=st.sets(names, max_size=3), wildcard=st.booleans())
    def subscribe(self, url: TypeUrl, asked: set[ResourceName], *, wildcard: bool) -> None:
        """The client asks for names, or for everything."""
        if self.delta:
            more = [*sorted(asked), *([WILDCARD] if wildcard else [])]
            if more:
                self._say_delta(url, more, [])
        else:
            self._say_sotw(url, asked, wildcard=wildcard)

    @rule(url=types, dropped=st.sets(names, min_size=1, max_size=2), wildcard=st.booleans())
    def unsubscribe(self, url: TypeUrl, dropped: set[ResourceName], *, wildcard: bool) -> None:
        """The client drops names, or the wildcard."""
        book = self.books[url]
        if not book.asked:
            return
        if self.delta:
            self._say_delta(url, [], [*sorted(dropped), *([WILDCARD] if wildcard else [])])
        else:
            self._say_sotw(url, book.wanted - dropped, wildcard=book.wildcard and not wildcard)

    @rule(url=types)
    def answer(self, url: TypeUrl) -> None:
        """The client answers its oldest response of a type."""
        self._answer(url)

    @rule()
    def reconnect(self) -> None:
        """The stream breaks; the client opens a new one and says what it holds."""
        self._open()
        for url in TYPES:
            book = self.books[url]
            book.inbox, book.nonce = [], ""
            if not book.asked:
                continue
            wanted = tuple(sorted(book.wanted))
            star = (WILDCARD,) if book.wildcard else ()
            if not (wanted or star):
                book.asked = False
                book.version = Version("")
            elif self.delta:
                self.engine.receive(DeltaRequest(url, (*star, *wanted), (), dict(book.holds)))
            else:
                self.engine.receive(SotwRequest(url, (*star, *wanted), book.version))
        self._pump()

    def _open(self) -> None:
        self.engine = AdsEngine(self.limits)
        self.engine.receive(SnapshotAssigned(self.published))

    def _say_delta(
        self, url: TypeUrl, more: Sequence[ResourceName], less: Sequence[ResourceName]
    ) -> None:
        book = self.books[url]
        book.asked = True
        book.wildcard = (book.wildcard or WILDCARD in more) and WILDCARD not in less
        book.wanted |= set(more) - {WILDCARD}
        book.wanted -= set(less)
        self._forget_unwanted(book)
        self.engine.receive(DeltaRequest(url, tuple(more), tuple(less)))
        self._pump()

    def _say_sotw(self, url: TypeUrl, wanted: set[ResourceName], *, wildcard: bool) -> None:
        book = self.books[url]
        if not (book.asked or wanted or wildcard):
            return
        # Only the answer to the newest response counts, so everything is answered first.
        while book.inbox:
            self._answer(url)
        book.asked, book.wanted, book.wildcard = True, set(wanted), wildcard
        self._forget_unwanted(book)
        star = (WILDCARD,) if wildcard else ()
        self.engine.receive(SotwRequest(url, (*star, *sorted(wanted)), book.version, book.nonce))
        self._pump()

    def _forget_unwanted(self, book: Book) -> None:
        book.holds = {name: v for name, v in book.holds.items() if book.covers(name)}

    def _pump(self) -> None:
        while commands := self.engine.advance():
            for command in commands:
                assert not isinstance(command, Close)
                if isinstance(command, Record):
                    self.records.append(command)
                else:
                    self._take(command)

    def _take(self, response: Respond) -> None:
        sent = [entry.name for entry in response.entries]
        assert len(set(sent)) == len(sent), "T6: a name twice in one response"
        assert not set(sent) & set(response.removed)
        self.books[response.type_url].inbox.append(response)

    def _answer(self, url: TypeUrl) -> None:
        book = self.books[url]
        if not book.inbox:
            return
        response = book.inbox.pop(0)
        refused = any(entry.version.startswith(BAD) for entry in response.entries)
        if not refused:
            self._apply(book, response)
        book.nonce = response.nonce
        error = "a bad resource" if refused else None
        if self.delta:
            self.engine.receive(DeltaRequest(url, (), (), {}, response.nonce, error))
        else:
            star = (WILDCARD,) if book.wildcard else ()
            asked = (*star, *sorted(book.wanted))
            self.engine.receive(SotwRequest(url, asked, book.version, response.nonce, error))
        self._pump()

    def _apply(self, book: Book, response: Respond) -> None:
        sent = {e.name: e.version for e in response.entries if book.covers(e.name)}
        full_set = not self.delta and response.type_url in FULL_STATE_TYPES
        book.holds = sent if full_set else {**book.holds, **sent}
        for name in response.removed:
            book.holds.pop(name, None)
        book.version = response.version

    # what must be so

    @invariant()
    def nothing_is_sent_that_nobody_asked_for(self) -> None:
        """A client gets what it asked for and nothing else."""
        for book in self.books.values():
            assert book.asked or not book.inbox

    @invariant()
    def what_the_client_holds_was_published(self) -> None:
        """Versions are never made up."""
        for url, book in self.books.items():
            for version in book.holds.values():
                assert int(version.removeprefix(BAD)) <= self.count, url

    def settle(self) -> None:
        """Answer everything, until nothing comes any more."""
        for _ in range(50):
            if not any(book.inbox for book in self.books.values()):
                return
            for url in TYPES:
                self._answer(url)
        pytest.fail("the conversation never ends")

    @rule()
    def rest(self) -> None:
        """At rest the client holds exactly what it should, and the engine says so."""
        self.settle()
        if any(version.startswith(BAD) for version in self.content.values()):
            self._mend()
            self.settle()
        wrong = [line for url, book in self.books.items() for line in self._compare(url, book)]
        assert not wrong
        asked = {url for url, book in self.books.items() if book.asked}
        if self.records and asked >= {CLUSTER, LISTENER}:
            last = self.records[-1]
            assert (last.snapshot, last.sync) == (self.published.version, SyncStatus.SYNCED)

    def _mend(self) -> None:
        """Replace what is refused, because until then the client need not have anything newer."""
        for (url, name), version in list(self.content.items()):
            if version.startswith(BAD):
                self.change(url, name, bad=False)

    def _compare(self, url: TypeUrl, book: Book) -> list[str]:
        should = {
            name: version
            for (kind, name), version in self.content.items()
            if kind == url and book.covers(name)
        }
        holds: dict[ResourceName, str] = dict(book.holds)
        if not self.delta and url not in FULL_STATE_TYPES:
            # The variant cannot delete these: the client drops them when nothing refers to them.
            holds = {name: version for name, version in holds.items() if name in should}
        return [
            f"{url} {name}: holds {holds.get(name)}, should {should.get(name)}"
            for name in sorted(should.keys() | holds.keys())
            if holds.get(name) != should.get(name)
        ]

    @initialize()
    def begin(self) -> None:
        """Every life starts with an empty snapshot."""
        self._pump()

    def teardown(self) -> None:
        """Every life ends at rest."""
        self.rest()


def _resource(key: tuple[TypeUrl, ResourceName], version: str) -> Resource:
    url, name = key
    return Resource(url, name, Version(version), f"{name}={version}".encode())


class SotwClient(Client):
    """A client of the state of the world."""

    delta = False


class DeltaClient(Client):
    """A client of the incremental variant."""

    delta = True


class SmallSotwClient(SotwClient):
    """The same, sent one resource at a time where that may be."""

    limits = StreamLimits(quantum=Quantum(resources_max=1))


class SmallDeltaClient(DeltaClient):
    """The same, sent one resource at a time."""

    limits = StreamLimits(quantum=Quantum(resources_max=1))


@pytest.mark.parametrize("client", [SotwClient, DeltaClient, SmallSotwClient, SmallDeltaClient])
def test_at_rest_a_client_holds_exactly_what_it_should(client: type[Client]) -> None:
    """Whatever happened on the way, in either variant."""
    run_state_machine_as_test(
        client,
        settings=settings(
            max_examples=50,
            stateful_step_count=40,
            deadline=None,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
