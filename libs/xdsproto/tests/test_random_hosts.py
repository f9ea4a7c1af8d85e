"""Random lives of a stream on which virtual hosts are loaded on demand.

The client asks by Host headers as Envoy does, and never lets go of one. At rest it holds for each
asked name what Envoy's own order of domains would choose from a table with everything in it.
"""

from collections.abc import Sequence

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from libs.kernel.ids import ResourceName, Version
from libs.kernel.xds import ROUTE, VIRTUAL_HOST, Resource
from libs.xdsproto.commands import Respond
from libs.xdsproto.due import Quantum
from libs.xdsproto.engine import AdsEngine, StreamLimits
from libs.xdsproto.events import DeltaRequest, SnapshotAssigned
from libs.xdsproto.hosts import ABSENT, configuration_of
from libs.xdsproto.published import full, successor
from libs.xdsproto.subscriptions import WILDCARD

TABLES = (ResourceName("80"), ResourceName("90"))
DOMAINS = ("a.x", "b.x", "a.x:80", "*.x", "*x", "a.*", "*")
HOSTS = ("a.x", "b.x", "c.x", "a.x:80", "other")
tables = st.sampled_from(TABLES)
domains = st.sampled_from(DOMAINS)


def chosen(declared: Sequence[str], host: str) -> str | None:
    """Choose as Envoy does: the host itself, the longest ending, the longest beginning, all."""
    endings = [one for one in declared if one[0] == "*" != one and len(host) >= len(one)]
    beginnings = [one for one in declared if one[-1] == "*" != one and len(host) >= len(one)]
    groups = (
        [one for one in declared if one == host],
        [one for one in endings if host.endswith(one[1:])],
        [one for one in beginnings if host.startswith(one[:-1])],
        [one for one in declared if one == "*"],
    )
    return next((max(group, key=len) for group in groups if group), None)


class OnDemand(RuleBasedStateMachine):
    """One client, one stream at a time."""

    def __init__(self) -> None:
        """Start with tables in which one host is declared, and none loaded."""
        super().__init__()
        self.count = 0
        self.content: dict[tuple[ResourceName, str], Version] = {}
        self.wanted: set[ResourceName] = set()
        self.holds: dict[ResourceName, Version] = {}
        self.tables: dict[ResourceName, Version] = {}
        self.answered: set[ResourceName] = set()
        self.waiting: set[ResourceName] = set()
        self.published = full(Version("s0"), [self._table(name) for name in TABLES])
        for name in TABLES:
            self.change(name, "b.x", connected=False)
        self.reconnect()

    def _table(self, name: ResourceName) -> Resource:
        self.count += 1
        return Resource(ROUTE, name, Version(f"t{self.count}"), b"table")

    @rule(table=tables, domain=domains)
    def change(self, table: ResourceName, domain: str, *, connected: bool = True) -> None:
        """A host is declared, or changes."""
        self.count += 1
        version = self.content[table, domain] = Version(str(self.count))
        name = ResourceName(f"{table}/{domain}")
        one = Resource(VIRTUAL_HOST, name, version, b"", (domain,))
        self.published = successor(self.published, Version(f"s{self.count}"), [one], [])
        if connected:
            self._assign()

    @rule(table=tables, domain=domains)
    def remove(self, table: ResourceName, domain: str) -> None:
        """A host goes; one of each table stays."""
        if domain == "b.x" or (table, domain) not in self.content:
            return
        self.count += 1
        del self.content[table, domain]
        gone = (VIRTUAL_HOST, ResourceName(f"{table}/{domain}"))
        self.published = successor(self.published, Version(f"s{self.count}"), [], [gone])
        self._assign()

    @rule(table=tables)
    def change_table(self, table: ResourceName) -> None:
        """What a table says for all of its hosts changes."""
        self.count += 1
        version = Version(f"s{self.count}")
        self.published = successor(self.published, version, [self._table(table)], [])
        self._assign()

    def _assign(self) -> None:
        self.engine.receive(SnapshotAssigned(self.published))
        self._pump()

    @rule(table=tables, host=st.sampled_from(HOSTS))
    def request(self, table: ResourceName, host: str) -> None:
        """A request arrives for a host, which is asked for once."""
        name = ResourceName(f"{table}/{host}")
        if name not in self.wanted:
            self.wanted.add(name)
            self._say(DeltaRequest(VIRTUAL_HOST, (name,)))

    @rule(count=st.integers(1, 4))
    def answer(self, count: int) -> None:
        """The client takes some of the responses that have arrived."""
        for response in self.inbox[:count]:
            del self.inbox[0]
            self._take(response)

    @rule()
    def reconnect(self) -> None:
        """The stream breaks; the client says what it holds, and all that was ever asked for."""
        self.engine = AdsEngine(StreamLimits(quantum=Quantum(resources_max=2)))
        self.engine.receive(SnapshotAssigned(self.published))
        self.inbox: list[Respond] = []
        self._say(DeltaRequest(ROUTE, TABLES, (), dict(self.tables)))
        asked = (WILDCARD, *sorted(self.wanted)) if self.wanted else ()
        self._say(DeltaRequest(VIRTUAL_HOST, asked, (), dict(self.holds)))

    def _say(self, request: DeltaRequest) -> None:
        self.engine.receive(request)
        self._pump()

    def _pump(self) -> None:
        while commands := self.engine.advance():
            self.inbox += [one for one in commands if isinstance(one, Respond)]

    def _take(self, response: Respond) -> None:
        """Keep what came. A table makes its listener wait for any word about its hosts."""
        holds = self.tables if response.type_url == ROUTE else self.holds
        for entry in response.entries:
            holds[entry.name] = entry.version
        for name in response.removed:
            holds.pop(name, None)
        names = {*(entry.name for entry in response.entries), *response.removed}
        if response.type_url == ROUTE:
            self.waiting |= names
        else:
            self.answered |= names
            self.waiting -= {ResourceName(configuration_of(name)) for name in names}
        self._say(DeltaRequest(response.type_url, nonce=response.nonce))

    @rule()
    def rest(self) -> None:
        """At rest everything is as if all hosts were there, and nobody waits."""
        for _ in range(100):
            if not self.inbox:
                break
            self.answer(4)
        assert not self.inbox, "the conversation never ends"
        assert not self.waiting
        assert self.wanted <= self.answered
        held = {name: self.holds.get(name, ABSENT) for name in self.wanted}
        assert held == {name: self._expected(name) for name in self.wanted}

    def _expected(self, name: ResourceName) -> Version:
        table, _, host = name.rpartition("/")
        declared = [domain for at, domain in self.content if at == table]
        domain = chosen(declared, host)
        return ABSENT if domain is None else self.content[ResourceName(table), domain]

    def teardown(self) -> None:
        """Every life ends at rest."""
        self.rest()


def test_at_rest_every_asked_host_is_what_envoy_would_choose() -> None:
    """Whatever is declared, asked, lost and said again on the way."""
    run_state_machine_as_test(
        OnDemand,
        settings=settings(
            max_examples=60,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
