"""Random stories of a cluster: commits, two reconcilers, a stranger, and everything that fails.

Each seed is one story over the production code and fakes. Whatever happens, nothing that is not
ours is deleted; when faults stop, the cluster becomes what git says, and nothing of ours is left
over.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from libs.desired.stored import RevisionReader
from libs.fakes.clock import FakeClock
from libs.fakes.faultystore import FaultyStore
from libs.fakes.kubecluster import FakeKubeCluster
from libs.fakes.kubeserver import FakeKubeServer
from libs.fakes.store import FakeStore
from libs.kernel.ids import ClusterName
from libs.kernel.inventory import ClusterReport, RoundState
from libs.kernel.looperrors import TransientError, WaitingError
from libs.kernel.origins import ObjectKey
from libs.planning.manifests import OWNER, Manifest
from libs.ports.kubecluster import (
    Create,
    Delete,
    Refusal,
    Refused,
    Replace,
    Unanswered,
    Write,
    WriteResult,
)
from services.reconciler.direction import StoredDirection
from services.reconciler.onecluster import OneCluster, Shared
from services.reconciler.tests.commits import Commits
from services.reconciler.tests.places import CLUSTER, FLEET, MESH, NAME
from tests.agree.dice import Dice
from tests.simulation.clusterobjects import drawn_set, stranger_body

STEPS_MAX = 24
LEASE_S = 15.0
CALM_ROUNDS_MAX = 30
FAULT = 0.04
STRANGER = "kubectl-edit"


class KilledError(Exception):
    """A process dies."""


class ViolationError(Exception):
    """Something happened that must never happen, as one sentence."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A seed whose story ends badly, and how."""

    seed: int
    what: str


@dataclass(slots=True)
class Lease:
    """Who may write, and until when."""

    clock: FakeClock
    holder: int = -1
    until_s: float = 0.0

    def deadline_s(self, process: int) -> float:
        """Renew or take over. Raises WaitingError while another process holds it."""
        now_s = self.clock.monotonic_s()
        if self.holder != process and now_s < self.until_s:
            raise WaitingError("another process owns the cluster", self.until_s - now_s)
        self.holder, self.until_s = process, now_s + LEASE_S
        return self.until_s


@dataclass(slots=True)
class Process:
    """A reconciler that can die at every durable step, or be paused beyond its lease."""

    number: int
    story: "Story"
    one: OneCluster = field(init=False)

    def __post_init__(self) -> None:
        """Start with nothing in memory."""
        self.start()

    def start(self) -> None:
        """Forget everything that a process loses when it dies."""
        story = self.story
        client = FakeKubeCluster(story.server, NAME, interrupt=self.interrupt)
        shared = Shared(
            story.faulty,
            story.clock,
            self,
            StoredDirection(story.faulty, RevisionReader(story.faulty)),
        )
        self.one = OneCluster(shared, client, lambda: story.lease.deadline_s(self.number))

    def reached(self, _step: str) -> None:
        """Maybe die, maybe sleep while the other takes over."""
        self.story.mishap(self)

    def interrupt(self, write: Write | None) -> WriteResult | None:
        """Judge what is written, and maybe let it fail."""
        story = self.story
        if isinstance(write, Delete) and write.uid in story.strangers:
            raise ViolationError(f"{write.key} is deleted and was never ours")
        if not story.faults:
            return None
        if write is not None:
            story.mishap(self)
            if story.lease.holder != self.number:
                return Unanswered("the time to write is over", sent=False)
        if story.dice.chance(FAULT):
            sent = write is not None and story.dice.chance(0.5)
            return Unanswered("no answer", sent=sent)
        if write is not None and story.dice.chance(FAULT):
            return Refused(Refusal.REJECTED, "a webhook says no")
        return None

    def round(self) -> ClusterReport | None:
        """Go one round; a death in it is a new start."""
        target = self.story.store.targets().get(NAME)
        if target is None:
            return None
        confirmed = self.story.store.confirmations().get(NAME)
        try:
            return self.one.one_round(target, confirmed)
        except KilledError:
            self.start()
        except (TransientError, WaitingError):
            pass
        return None


class Story:
    """One seed's cluster and everybody who acts on it."""

    def __init__(self, seed: int) -> None:
        """Start with an empty cluster and two idle reconcilers."""
        self.dice = Dice(seed)
        self.clock = FakeClock()
        self.store = FakeStore()
        self.faulty = FaultyStore(self.store, self._store_fault, self._store_fault)
        self.server = FakeKubeServer(self.clock)
        self.server.serve(*MESH)
        self.lease = Lease(self.clock)
        self.commits = Commits(self.store, FLEET, [CLUSTER])
        self.stranger = FakeKubeCluster(self.server, ClusterName("x"), manager=STRANGER)
        self.strangers: set[str] = set()
        self.faults = True
        self.paused = False
        self.processes = [Process(0, self), Process(1, self)]

    def run(self) -> None:
        """Live through the story, then let it become calm. Raises ViolationError."""
        acts = (
            self._commit,
            self._round,
            self._round,
            self._round,
            self._edit,
            self._steal,
            self._confirm,
            self._time,
            self._weather,
        )
        self._commit()
        for _ in range(self.dice.number(4, STEPS_MAX)):
            self.dice.one(acts)()
        self.calm()

    def calm(self) -> None:
        """Let faults stop, and see what the cluster becomes."""
        self.faults = False
        self.server.reachable = True
        report = None
        for number in range(CALM_ROUNDS_MAX):
            self.clock.advance(200)
            self.server.finish_namespaces()
            report = self.processes[number % 2].round() or report
            self._confirm()
            if report is not None and report.state is RoundState.DONE and number > 1:
                break
        self._judge(report)

    def mishap(self, process: Process) -> None:
        """Maybe kill a process, or pause it until the other one has the cluster."""
        if not self.faults:
            return
        if self.dice.chance(FAULT):
            raise KilledError
        if not self.paused and self.dice.chance(FAULT):
            self.paused = True
            self.clock.advance(LEASE_S + 1)
            if self.dice.chance(0.5):
                self._commit()
            self.processes[1 - process.number].round()
            self.paused = False

    def _commit(self) -> None:
        if self.commits.revisions and self.dice.chance(0.1):
            sets = {}
        else:
            sets = {name: drawn_set(self.dice, name) for name in ("shop", "bank")}
        self.commits.commit(sets)

    def _round(self) -> None:
        self.dice.one(self.processes).round()
        self.clock.advance(self.dice.number(0, 5))

    def _edit(self) -> None:
        """Let a stranger change, or make, an object, where the server can be reached."""
        if not self.server.reachable:
            return
        body = stranger_body(self.dice)
        metadata = body["metadata"]
        key = ObjectKey("", body["kind"], "default", metadata["name"])
        live = self.server.objects.get(key)
        if live is None:
            made = self.stranger.write([Create(body)])[0]
            self.strangers.add(made.object().uid)
        else:
            self.stranger.write([Replace({**live.body, "data": body["data"]})])[0].object()

    def _steal(self) -> None:
        """Let a stranger delete an object."""
        found = sorted(key for key in self.server.objects if key.kind == "ConfigMap")
        if found:
            key = self.dice.one(found)
            self.stranger.write([Delete(key, self.server.objects[key].uid)])

    def _confirm(self) -> None:
        for report in self.store.reports():
            if report.holds:
                self.store.confirm(report.cluster, report.plan)

    def _time(self) -> None:
        self.clock.advance(self.dice.number(1, 100))
        if self.dice.chance(0.3):
            self.clock.set_wall(self.clock.now_s() + self.dice.number(-4000, 4000))
        self.server.finish_namespaces()

    def _weather(self) -> None:
        self.server.reachable = self.dice.chance(0.7)
        if self.dice.chance(0.3):
            self.server.forget_history()

    def _store_fault(self, _method: str) -> None:
        if self.faults and self.dice.chance(FAULT / 4):
            raise TransientError("the store is away")
        if self.faults and self.dice.chance(FAULT / 8):
            raise KilledError

    def _judge(self, report: ClusterReport | None) -> None:
        wanted = self._wanted()
        for key, live in self.server.objects.items():
            ours = (live.metadata.get("annotations") or {}).get(OWNER)
            if ours and key not in wanted:
                raise ViolationError(f"{key} is left over and nobody will delete it")
        for key, manifest in wanted.items():
            found = self.server.objects.get(key)
            if found is None:
                raise ViolationError(f"{key} is not there; {_told(report)}")
            if found.uid not in self.strangers and not _is_like(manifest, found.body):
                raise ViolationError(f"{key} is not as git says; {_told(report)}")
        recorded = {one.key for one in self.store.inventory(NAME)}
        if lost := recorded - wanted.keys():
            raise ViolationError(f"{min(lost)} is in the inventory for ever; {_told(report)}")

    def _wanted(self) -> dict[ObjectKey, Manifest]:
        one = Process(0, self).one
        _, wanted = one.plan(self.store.targets()[NAME])
        return dict(wanted.desired)


def failures(seeds: Iterable[int]) -> Iterator[Failure]:
    """Yield the seeds whose stories end badly."""
    for seed in seeds:
        try:
            Story(seed).run()
        except ViolationError as error:
            yield Failure(seed, str(error))


def _is_like(manifest: Manifest, body: object) -> bool:
    return isinstance(body, dict) and all(
        body.get(name) == manifest.body[name] for name in ("data", "spec") if name in manifest.body
    )


def _told(report: ClusterReport | None) -> str:
    if report is None:
        return "no round said anything"
    reasons = "; ".join(f"{one.key}: {one.reason}" for one in report.results[:3])
    return f"the last round is {report.state.value}: {report.reason} {reasons}"
