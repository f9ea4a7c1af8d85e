"""Virtual hosts on demand: who answers for an asked name, and what a stream sends for it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.kernel.ids import ResourceName, Version
from libs.kernel.xds import ROUTE, VIRTUAL_HOST, Resource
from libs.xdsproto.commands import Respond
from libs.xdsproto.engine import AdsEngine, StreamLimits
from libs.xdsproto.events import DeltaRequest, SnapshotAssigned
from libs.xdsproto.hosts import ABSENT
from libs.xdsproto.published import Published, full, successor

DOMAINS = {
    "exact": "a.b.example",
    "ending": "*.example",
    "longer": "*.b.example",
    "beginning": "a.*",
    "any": "*",
}


def host(name: str, *domains: str, version: str = "1", table: str = "80") -> Resource:
    """Make a virtual host of a route configuration."""
    named = ResourceName(f"{table}/{name}")
    return Resource(VIRTUAL_HOST, named, Version(f"{name}{version}"), b"", domains)


def published(version: str, *hosts: Resource) -> Published:
    """Publish the configuration `80` with these hosts."""
    frame = Resource(ROUTE, ResourceName("80"), Version("1"), b"")
    return full(Version(version), [frame, *hosts])


TEXTS = (*DOMAINS.values(), "b.example")
TABLE = published("s", *(host(name, domain) for name, domain in DOMAINS.items()))


@pytest.mark.parametrize(
    ("asked", "answers"),
    [
        ("a.b.example", "exact"),
        ("A.B.EXAMPLE", "exact"),
        ("x.b.example", "longer"),
        ("b.example", "ending"),
        ("a.example", "ending"),
        ("a.elsewhere", "beginning"),
        ("elsewhere", "any"),
        ("a.b.example:80", "beginning"),
    ],
)
def test_hosts_are_found_in_envoys_order(asked: str, answers: str) -> None:
    """Exact, then the longest ending, then the longest beginning, then the host for everything."""
    found = TABLE.of(VIRTUAL_HOST).get(ResourceName(f"80/{asked}"))
    assert found is not None
    assert found.version == f"{answers}1"
    assert found.name == f"80/{asked}"


def test_configurations_do_not_answer_for_each_other() -> None:
    """A host belongs to its route configuration."""
    assert TABLE.of(VIRTUAL_HOST).get(ResourceName("81/a.b.example")) is None


@given(
    st.lists(st.dictionaries(st.sampled_from("abc"), st.sets(st.sampled_from(TEXTS)), max_size=3))
)
def test_a_table_that_follows_is_the_table_made_anew(
    steps: list[dict[str, set[str]]],
) -> None:
    """Whatever came, went or changed, each host is answered as by a table of the entries alone."""
    at = published("0")
    for number, hosts in enumerate(steps):
        # As in any valid configuration, no two hosts of one have a domain in common.
        taken: set[str] = set()
        now: list[Resource] = []
        for name, domains in hosts.items():
            now.append(host(name, *sorted(domains - taken), version=str(number)))
            taken |= domains
        known = at.of(VIRTUAL_HOST).entries
        gone = [(VIRTUAL_HOST, name) for name in known.keys() - {one.name for one in now}]
        at = successor(at, Version(str(number)), now, gone)
        fresh = published("x", *now).of(VIRTUAL_HOST)
        for text in (*TEXTS, "x.b.example", "a.x", "x"):
            asked = ResourceName(f"80/{text}")
            found, expected = at.of(VIRTUAL_HOST).get(asked), fresh.get(asked)
            assert (found and found.version) == (expected and expected.version)


class Client:
    """A client that acknowledges everything at once."""

    def __init__(self, first: Published, limits: StreamLimits | None = None) -> None:
        """Ask for the configuration, then for hosts without naming any."""
        self.engine = AdsEngine(limits)
        self.log: list[str] = []
        self.engine.receive(SnapshotAssigned(first))
        self.engine.receive(DeltaRequest(ROUTE, (ResourceName("80"),)))
        self.run()
        self.engine.receive(DeltaRequest(VIRTUAL_HOST))

    def run(self) -> list[str]:
        """Take what comes; return what was said of virtual hosts since the last time."""
        said: list[str] = []
        while commands := self.engine.advance():
            for one in commands:
                if isinstance(one, Respond):
                    self.engine.receive(DeltaRequest(one.type_url, nonce=one.nonce))
                    if one.type_url == VIRTUAL_HOST:
                        said += [f"+{each.name}={each.version}" for each in one.entries]
                        said += [f"-{name}" for name in one.removed]
        return said

    def ask(self, *hosts: str) -> list[str]:
        """Ask for hosts."""
        names = tuple(ResourceName(f"80/{one}") for one in hosts)
        self.engine.receive(DeltaRequest(VIRTUAL_HOST, names))
        return self.run()

    def assign(self, view: Published) -> list[str]:
        """Get another snapshot."""
        self.engine.receive(SnapshotAssigned(view))
        return self.run()


def test_the_wait_for_a_configuration_ends_before_any_host_is_asked_for() -> None:
    """S12: the first request names no host, and is answered for each configuration by a removal."""
    assert Client(TABLE).run() == ["-80/__none"]


def test_every_asked_name_is_answered() -> None:
    """S12: what is there comes under the asked name, what is not there is said to be absent."""
    client = Client(published("s", host("one", "one.example")))
    client.run()
    assert client.ask("one.example", "two.example") == [
        "+80/one.example=one1",
        f"+80/two.example={ABSENT}",
    ]


def test_a_change_is_sent_for_asked_names_only() -> None:
    """S12: hosts that nobody asked for cost nothing when they change."""
    client = Client(published("s", host("one", "one.example"), host("two", "two.example")))
    client.run()
    client.ask("one.example")
    changed = (host("one", "one.example", version="2"), host("two", "two.example", version="2"))
    assert client.assign(published("t", *changed)) == ["+80/one.example=one2"]
    assert client.assign(published("u", changed[1])) == ["-80/one.example"]
    assert client.assign(published("v", *changed)) == ["+80/one.example=one2"]


def test_an_absent_name_is_remembered() -> None:
    """S6: a host that was asked for in vain is sent when there is one, and only then."""
    client = Client(published("s", host("one", "one.example")))
    client.run()
    client.ask("late.example")
    assert client.assign(published("t", host("one", "one.example", version="2"))) == []
    assert client.assign(published("u", host("late", "late.example"))) == ["+80/late.example=late1"]


def test_a_client_that_comes_back_gets_differences() -> None:
    """S9: names with the versions that are held cost nothing; a vanished one is removed."""
    view = published("s", host("one", "one.example"))
    client = Client(view)
    held = {ResourceName("80/one.example"): Version("one1"), ResourceName("80/x"): Version("x1")}
    client.engine = AdsEngine()
    client.engine.receive(SnapshotAssigned(view))
    table = ResourceName("80")
    client.engine.receive(DeltaRequest(ROUTE, (table,), (), {table: Version("1")}))
    client.engine.receive(DeltaRequest(VIRTUAL_HOST, tuple(held), (), held))
    assert client.run() == ["-80/__none", "-80/x"]


def test_made_up_hosts_are_answered_and_forgotten_beyond_a_limit() -> None:
    """Anybody can make up hosts: beyond the limit only declared ones are followed."""
    view = published("s", host("any", "*"), host("one", "one.example"))
    client = Client(view, StreamLimits(unnamed_hosts_max=2))
    client.run()
    assert client.ask("a", "b") == ["+80/a=any1", "+80/b=any1"]
    assert client.ask("c", "one.example") == [f"+80/c={ABSENT}", "+80/one.example=one1"]
    changed = published("t", host("any", "*", version="2"), host("one", "one.example"))
    assert client.assign(changed) == ["+80/a=any2", "+80/b=any2"]


def test_a_working_set_comes_without_being_asked_for() -> None:
    """Hosts named beforehand are sent with the configuration, and followed like asked ones."""
    view = published("s", host("one", "one.example"))
    client = Client(view)
    client.engine = AdsEngine()
    client.engine.preload([ResourceName("80/one.example"), ResourceName("80/never.example")])
    client.engine.receive(SnapshotAssigned(view))
    client.engine.receive(DeltaRequest(ROUTE, (ResourceName("80"),)))
    client.run()
    client.engine.receive(DeltaRequest(VIRTUAL_HOST))
    assert client.run() == ["+80/one.example=one1", "-80/__none"]
    changed = published("t", host("one", "one.example", version="2"))
    assert client.assign(changed) == ["+80/one.example=one2"]


def test_a_configuration_that_was_let_go_brings_its_hosts_again() -> None:
    """O5: a client that drops a configuration drops its hosts; both come back together."""
    client = Client(published("s", host("one", "one.example")))
    client.run()
    client.ask("one.example")
    client.engine.receive(DeltaRequest(ROUTE, (), (ResourceName("80"),)))
    assert client.run() == []
    client.engine.receive(DeltaRequest(ROUTE, (ResourceName("80"),)))
    assert client.run() == ["+80/one.example=one1", "-80/__none"]
