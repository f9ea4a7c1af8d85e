"""A cluster in memory with everything that a round needs, and what tests ask of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from libs.desired.stored import RevisionReader
from libs.fakes.clock import FakeClock
from libs.fakes.kubecluster import FakeKubeCluster
from libs.fakes.kubeserver import FakeKubeServer
from libs.fakes.steps import RecordedSteps
from libs.fakes.store import FakeStore
from libs.kernel.ids import ClusterName, PlanHash
from libs.kernel.inventory import ClusterReport
from libs.kernel.origins import ObjectKey
from libs.ports.kubecluster import Apply, Delete, Resource, Write
from libs.ports.steps import Steps
from libs.ports.store import Store
from services.reconciler.direction import StoredDirection
from services.reconciler.onecluster import OneCluster, Shared
from services.reconciler.tests.commits import Commits

NAME = ClusterName("one")
FLEET = """\
apiVersion: periplus.io/v1alpha1
kind: Fleet
metadata: {name: example}
spec:
  sets:
  - {name: shop, paths: [configs/shop]}
  - {name: bank, paths: [configs/bank]}
"""
CLUSTER = """\
apiVersion: periplus.io/v1alpha1
kind: Cluster
metadata: {name: one}
spec: {connection: {context: one}}
"""
ALL_VERBS = frozenset({"get", "list", "watch", "create", "update", "patch", "delete"})
SHIPS = """\
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: ships.example.com}
spec:
  group: example.com
  names: {kind: Ship, plural: ships}
  scope: Namespaced
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]
---
apiVersion: example.com/v1
kind: Ship
metadata: {name: argo}
spec: {oars: 50}
"""
"""A definition and an object of its kind."""
MESH = tuple(
    Resource("networking.istio.io", "v1", kind, f"{kind.lower()}s", True, ALL_VERBS)
    for kind in ("VirtualService", "DestinationRule")
)


def config_map(name: str, value: str = "1", **annotations: str) -> str:
    """Return a ConfigMap as YAML."""
    lines = "".join(f"    {key}: '{text}'\n" for key, text in annotations.items())
    more = f"  annotations:\n{lines}" if lines else ""
    return (
        f"---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n{more}"
        f"data: {{value: '{value}'}}\n"
    )


def key(kind: str, name: str, group: str = "", namespace: str = "default") -> ObjectKey:
    """Return the key of an object."""
    return ObjectKey(group, kind, namespace, name)


@dataclass(slots=True)
class Place:
    """One server, one store, one reconciler."""

    clock: FakeClock = field(default_factory=FakeClock)
    store: Store = field(default_factory=FakeStore)
    steps: Steps = field(default_factory=RecordedSteps)
    server: FakeKubeServer = field(init=False)
    cluster: FakeKubeCluster = field(init=False)
    one: OneCluster = field(init=False)
    commits: Commits = field(init=False)

    def __post_init__(self) -> None:
        """Start an empty server that knows mesh kinds."""
        self.server = FakeKubeServer(self.clock)
        self.server.serve(*MESH)
        self.cluster = FakeKubeCluster(self.server, NAME)
        self.commits = Commits(self.store, FLEET, [CLUSTER])
        self.restart()

    def restart(self, deadline_s: Callable[[], float | None] = lambda: None) -> None:
        """Forget everything that a process would lose."""
        shared = Shared(
            self.store,
            self.clock,
            self.steps,
            StoredDirection(self.store, RevisionReader(self.store)),
        )
        self.one = OneCluster(shared, self.cluster, deadline_s)

    def round(self, confirmed: str | None = None) -> ClusterReport | None:
        """Go one round for the present target."""
        target = self.store.targets()[NAME]
        return self.one.one_round(target, None if confirmed is None else PlanHash(confirmed))

    def settle(self, confirmed: str | None = None) -> ClusterReport:
        """Go a round that has something to say."""
        report = self.round(confirmed)
        if report is None:
            raise AssertionError("the round had nothing to look at")
        return report

    def names(self, kind: str = "ConfigMap") -> list[str]:
        """Return the names of the objects of a kind that the server has."""
        return sorted(one.name for one in self.server.objects if one.kind == kind)

    def value(self, name: str) -> str:
        """Return the value in a ConfigMap."""
        found: str = self.server.objects[key("ConfigMap", name)].body["data"]["value"]
        return found

    def written(self) -> Sequence[tuple[Write, bool]]:
        """Return what the server got since the last time, and whether each was a dry run."""
        got = list(self.cluster.writes)
        self.cluster.writes.clear()
        return got


def told(writes: Sequence[tuple[Write, bool]]) -> list[str]:
    """Render real writes as `apply NAME` and `delete NAME`."""
    found = []
    for write, dry in writes:
        if isinstance(write, Apply) and not dry:
            found.append(f"apply {write.body['kind']} {write.body['metadata']['name']}")
        elif isinstance(write, Delete):
            found.append(f"delete {write.key.kind} {write.key.name}")
    return found
