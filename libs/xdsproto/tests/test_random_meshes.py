"""Random commits against a client that behaves as Envoy does.

It reads its stream in order, asks for the endpoints of its clusters, acknowledges clusters only
when they are warm, and must never hold a route to a cluster that it cannot use.
"""

from collections import deque
from collections.abc import Iterable

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from libs.kernel.ids import ResourceName, TypeUrl, Version
from libs.kernel.proxies import SyncStatus
from libs.kernel.xds import CLUSTER, ENDPOINT, LISTENER, ROUTE, Resource
from libs.xdsproto.commands import Close, Record, Respond
from libs.xdsproto.engine import AdsEngine
from libs.xdsproto.events import DeltaRequest, SnapshotAssigned, SotwRequest
from libs.xdsproto.published import Published, full

CLUSTERS = tuple(ResourceName(name) for name in "abcde")
ROUTES = tuple(ResourceName(name) for name in ("r1", "r2"))
BAD = "bad"

commits = st.fixed_dictionaries(
    {
        "targets": st.tuples(*(st.sampled_from(CLUSTERS) for _ in ROUTES)),
        "spare": st.sets(st.sampled_from(CLUSTERS), max_size=2),
        "touched": st.sets(st.sampled_from(CLUSTERS), max_size=2),
        "bad": st.sampled_from([False] * 5 + [True]),
    }
)


class Envoy(RuleBasedStateMachine):
    """The client's side of one proxy's life. `delta` is set by the two variants below."""

    delta: bool

    def __init__(self) -> None:
        """Start with a mesh in which both routes lead to the first cluster."""
        super().__init__()
        self.count = 0
        self.cluster_versions = dict.fromkeys(CLUSTERS, 1)
        self.targets = (CLUSTERS[0], CLUSTERS[0])
        self.published = self._published(set(), bad=False)
        self.sync: SyncStatus | None = None
        self.active: dict[ResourceName, Version] = {}
        self.holds: dict[TypeUrl, dict[ResourceName, Version]] = {
            url: {} for url in (CLUSTER, ENDPOINT, LISTENER, ROUTE)
        }
        self.last_version: dict[TypeUrl, Version] = {}
        self.warming: dict[ResourceName, Version] = {}
        self.proven: set[ResourceName] = set()
        self._connect()

    # the control plane

    def _published(self, spare: Iterable[ResourceName], *, bad: bool) -> Published:
        self.count += 1
        clusters = sorted({*self.targets, *spare})
        resources = [_resource(LISTENER, ResourceName("web"), "1")]
        for name in clusters:
            resources.append(_resource(CLUSTER, name, str(self.cluster_versions[name])))
            resources.append(_resource(ENDPOINT, name, "1"))
        for name, target in zip(ROUTES, self.targets, strict=True):
            resources.append(_resource(ROUTE, name, f"{BAD if bad else ''}@{target}"))
        return full(Version(f"s{self.count}"), resources)

    @rule(commit=commits)
    def commit(self, commit: dict[str, object]) -> None:
        """A consistent mesh replaces another: every route's cluster is in it."""
        targets, spare, touched = commit["targets"], commit["spare"], commit["touched"]
        assert isinstance(targets, tuple)
        assert isinstance(spare, set)
        assert isinstance(touched, set)
        for name in touched:
            self.cluster_versions[name] += 1
        self.targets = targets
        self.published = self._published(spare, bad=bool(commit["bad"]))
        self.engine.receive(SnapshotAssigned(self.published))
        self._pump()

    # the proxy

    def _connect(self) -> None:
        self.engine = AdsEngine()
        self.engine.receive(SnapshotAssigned(self.published))
        self.inbox: deque[Respond] = deque()
        self.nonces: dict[TypeUrl, str] = {}
        self.asked: dict[TypeUrl, set[ResourceName]] = {}
        # Without a stream the fetch timeout ends the warming of what was cold.
        self.active |= self.warming
        self.warming = {}
        self.unacked_clusters: list[Respond] = []
        self._ask(CLUSTER, set())
        if self.active:
            self._ask(ENDPOINT, set(self.active))
            self._ask(LISTENER, set())
        if self.holds[LISTENER]:
            self._ask(ROUTE, set(ROUTES))

    @rule(count=st.integers(1, 6))
    def read(self, count: int) -> None:
        """The proxy reads some of what was sent."""
        for _ in range(min(count, len(self.inbox))):
            self._read(self.inbox.popleft())

    @rule()
    def reconnect(self) -> None:
        """The stream breaks. Only the incremental variant can say what it holds besides."""
        if not self.delta:
            self.rest()
        if self.delta or self.sync is SyncStatus.SYNCED:
            self._connect()

    @rule()
    def rest(self) -> None:
        """When all is read, the proxy has exactly the newest mesh, unless it refused it."""
        for _ in range(200):
            if not self.inbox:
                break
            self._read(self.inbox.popleft())
        assert not self.inbox, "the conversation never ends"
        assert not self.unacked_clusters, "clusters stay cold: their endpoints never came"
        if self.sync is SyncStatus.REFUSED:
            return
        assert self.sync is SyncStatus.SYNCED
        assert set(self.active) == set(self.published.of(CLUSTER).entries)
        for url in (CLUSTER, ROUTE, LISTENER):
            entries = self.published.of(url).entries
            assert self.holds[url] == {name: entry.version for name, entry in entries.items()}

    def teardown(self) -> None:
        """Every life ends at rest."""
        self.rest()

    def _pump(self) -> None:
        while commands := self.engine.advance():
            for command in commands:
                assert not isinstance(command, Close)
                if isinstance(command, Record):
                    self.sync = command.sync
                else:
                    self.inbox.append(command)

    def _ask(
        self,
        url: TypeUrl,
        names: set[ResourceName],
        *,
        nonce: str | None = None,
        error: str | None = None,
    ) -> None:
        """Ask, answer, or both, in the variant's way."""
        first = url not in self.asked
        before = self.asked.get(url, set())
        self.asked[url] = set(names)
        if self.delta:
            more, less = tuple(sorted(names - before)), tuple(sorted(before - names))
            initial = self.holds[url] if first else {}
            request = DeltaRequest(url, more, less, dict(initial), nonce or "", error)
            self.engine.receive(request)
        else:
            version = self.last_version.get(url, Version(""))
            last = self.nonces.get(url, "") if nonce is None else nonce
            self.engine.receive(SotwRequest(url, tuple(sorted(names)), version, last, error))
        self._pump()

    def _read(self, response: Respond) -> None:
        self.nonces[response.type_url] = response.nonce
        if any(entry.version.startswith(BAD) for entry in response.entries):
            self._answer(response, error="bad route")
            return
        self.last_version[response.type_url] = response.version
        match response.type_url:
            case _ if response.type_url == CLUSTER:
                self._read_clusters(response)
            case _ if response.type_url == ENDPOINT:
                self._read_endpoints(response)
            case _ if response.type_url == LISTENER:
                self._hold(response)
                self._ask(ROUTE, set(ROUTES), nonce=None)
                self._answer(response)
            case _:
                self.proven |= self.holds[ROUTE].keys()
                self._hold(response)
                self._answer(response)
        self._check()

    def _answer(self, response: Respond, error: str | None = None) -> None:
        names = self.asked[response.type_url]
        self._ask(response.type_url, names, nonce=response.nonce, error=error)

    def _hold(self, response: Respond) -> None:
        held = self.holds[response.type_url]
        held.update({entry.name: entry.version for entry in response.entries})
        for name in response.removed:
            held.pop(name, None)

    def _read_clusters(self, response: Respond) -> None:
        held = self.holds[CLUSTER]
        for entry in response.entries:
            if held.get(entry.name) != entry.version:
                self.warming[entry.name] = entry.version
        self._hold(response)
        if not self.delta:
            present = {entry.name for entry in response.entries}
            for name in [name for name in held if name not in present]:
                del held[name]
        for name in [name for name in (*self.active, *self.warming) if name not in held]:
            self.active.pop(name, None)
            self.warming.pop(name, None)
            self.holds[ENDPOINT].pop(name, None)
        self.unacked_clusters.append(response)
        if self.asked.get(ENDPOINT) != set(held):
            self._ask(ENDPOINT, set(held))
        self._acknowledge_warm()

    def _read_endpoints(self, response: Respond) -> None:
        self._hold(response)
        for name in (*(entry.name for entry in response.entries), *response.removed):
            if name in self.warming:
                self.active[name] = self.warming.pop(name)
        self._answer(response)
        self._acknowledge_warm()

    def _acknowledge_warm(self) -> None:
        if self.warming:
            return
        waiting, self.unacked_clusters = self.unacked_clusters, []
        for response in waiting:
            self._answer(response)
        if waiting and LISTENER not in self.asked:
            self._ask(LISTENER, set())

    def _check(self) -> None:
        """A first route may come a moment early: nothing was served before it that it breaks."""
        if not self.warming:
            self.proven |= self.holds[ROUTE].keys()
        for name in self.proven & self.holds[ROUTE].keys():
            version = self.holds[ROUTE][name]
            target = version.partition("@")[2]
            assert target in self.active, f"route {name} leads to {target}, which is not usable"


def _resource(url: TypeUrl, name: ResourceName, version: str) -> Resource:
    return Resource(url, name, Version(version), f"{name}={version}".encode())


class SotwEnvoy(Envoy):
    """An Envoy with the state of the world."""

    delta = False


class DeltaEnvoy(Envoy):
    """An Envoy with the incremental variant."""

    delta = True


@pytest.mark.parametrize("proxy", [SotwEnvoy, DeltaEnvoy])
def test_no_commit_breaks_a_route(proxy: type[Envoy]) -> None:
    """O1, O2, O3, A9: at no moment does a route lead to a cluster that is cold or gone."""
    run_state_machine_as_test(
        proxy,
        settings=settings(
            max_examples=60,
            stateful_step_count=30,
            deadline=None,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
