"""A client that talks to an engine, and the small mesh that most conversations are about.

Conversations are plain lists: what is said, and what must be answered. The letters and numbers in
the sentences of the tests are those of the protocol's rules as the project keeps them: T transport,
A acknowledgement, S subscription, O order.
"""

from collections.abc import Sequence

import pytest

from libs.kernel.ids import ResourceName, TypeUrl, Version
from libs.kernel.proxies import SyncStatus
from libs.kernel.xds import CLUSTER, ENDPOINT, LISTENER, ROUTE, SECRET, Resource
from libs.xdsproto.commands import Close, Record, Respond
from libs.xdsproto.engine import AdsEngine, StreamLimits
from libs.xdsproto.events import DeltaRequest, Event, SnapshotAssigned, SotwRequest
from libs.xdsproto.published import Published, full

TYPES = {"cds": CLUSTER, "eds": ENDPOINT, "lds": LISTENER, "rds": ROUTE, "sds": SECRET}
SHORT = {url: short for short, url in TYPES.items()}


def resources(**types: dict[str, str]) -> list[Resource]:
    """Make resources from `cds={"a": "1"}`: name and version."""
    return [
        Resource(TYPES[short], ResourceName(name), Version(version), f"{name}={version}".encode())
        for short, named in types.items()
        for name, version in named.items()
    ]


def snapshot(version: str, **types: dict[str, str]) -> Published:
    """Publish a snapshot from nothing."""
    return full(Version(version), resources(**types))


class Stream:
    """An engine with a client that remembers the last nonce of each type."""

    def __init__(self, *, delta: bool, limits: StreamLimits | None = None) -> None:
        """Open a stream."""
        self.engine = AdsEngine(limits)
        self.delta = delta
        self.nonces: dict[str, str] = {}
        self.versions: dict[str, str] = {}
        self.records: list[Record] = []
        self.seen_nonces: list[str] = []

    def assign(self, published: Published) -> list[str]:
        """Assign a snapshot and return what is sent."""
        return self.send(SnapshotAssigned(published))

    def ask(
        self,
        short: str,
        *names: str,
        drop: Sequence[str] = (),
        have: dict[str, str] | None = None,
        nonce: str = "",
        version: str = "",
    ) -> list[str]:
        """Send a request that is no answer (or one to `nonce`)."""
        wanted = tuple(ResourceName(name) for name in names)
        if not self.delta:
            event = SotwRequest(TYPES.get(short, TypeUrl(short)), wanted, Version(version), nonce)
            return self.send(event)
        return self.send(
            DeltaRequest(
                TYPES.get(short, TypeUrl(short)),
                wanted,
                tuple(ResourceName(name) for name in drop),
                {ResourceName(n): Version(v) for n, v in (have or {}).items()},
                nonce,
            )
        )

    def ack(self, short: str, *names: str, error: str | None = None, nonce: str = "") -> list[str]:
        """Answer the last response of a type; names as the variant understands them."""
        wanted = tuple(ResourceName(name) for name in names)
        nonce = nonce or self.nonces[short]
        if self.delta:
            return self.send(DeltaRequest(TYPES[short], wanted, (), {}, nonce, error))
        version = Version(self.versions[short])
        return self.send(SotwRequest(TYPES[short], wanted, version, nonce, error))

    def send(self, event: Event) -> list[str]:
        """Send an event; return the responses as `type +name=version -removed`."""
        self.engine.receive(event)
        answers = []
        while commands := self.engine.advance():
            for command in commands:
                match command:
                    case Record():
                        self.records.append(command)
                    case Respond():
                        answers.append(self._note(command))
                    case Close():
                        return [f"close {command.code}: {command.reason}"]
        return answers

    def _note(self, response: Respond) -> str:
        short = SHORT.get(response.type_url, response.type_url)
        self.nonces[short], self.versions[short] = response.nonce, response.version
        self.seen_nonces.append(response.nonce)
        sent = [f"+{entry.name}={entry.version}" for entry in response.entries]
        return " ".join([short, *sent, *(f"-{name}" for name in response.removed)])

    @property
    def status(self) -> tuple[str, SyncStatus, bool, str]:
        """The last record."""
        last = self.records[-1]
        return last.snapshot, last.sync, last.carried, last.error


BOTH = pytest.mark.parametrize("delta", [False, True], ids=["sotw", "delta"])

MESH = snapshot(
    "s1",
    cds={"a": "1", "b": "1"},
    eds={"a": "1", "b": "1"},
    lds={"l": "1"},
    rds={"r": "1"},
)


def started(*, delta: bool, published: Published = MESH) -> Stream:
    """A client that asked for everything it refers to, and acknowledged it."""
    stream = Stream(delta=delta)
    stream.assign(published)
    endpoints = sorted(published.of(ENDPOINT).entries)
    stream.ask("cds")
    stream.ask("eds", *endpoints)
    stream.ack("eds", *(() if delta else endpoints))
    stream.ack("cds")
    stream.ask("lds")
    stream.ask("rds", "r")
    stream.ack("lds")
    stream.ack("rds", *(() if delta else ["r"]))
    assert stream.status[:2] == (published.version, SyncStatus.SYNCED)
    return stream


def names_for_ack(stream: Stream, *names: str) -> tuple[str, ...]:
    """A state-of-the-world ACK repeats the names, an incremental one does not."""
    return () if stream.delta else names
