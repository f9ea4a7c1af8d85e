"""Random stories of a fleet: commits good and bad, two rollout services, people, and mishaps.

Each seed is one story over the production code and fakes, in virtual time. `overseeing` looks at
every write; when faults stop, the rollout has to come to an end with everybody at one revision.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from libs.fakes.clock import FakeClock
from libs.fakes.faultystore import FaultyStore
from libs.fakes.store import FakeStore
from libs.kernel.ids import ClusterName, PlanHash, RevisionId
from libs.kernel.inventory import ClusterReport, RoundState
from libs.kernel.looperrors import TransientError
from libs.kernel.revisions import Target
from libs.kernel.rollouts import Stage, Verdict
from libs.meshapi.rollout import Gate
from libs.rollout.orders import (
    Order,
    Person,
    RefusedOrderError,
    abort,
    approval_of,
    give,
    pause,
    resume,
    skip_of,
)
from libs.rollout.sight import Measurement
from services.rollout.asking import Question
from services.rollout.onepass import Service
from tests.agree.dice import Dice
from tests.simulation.fleets import FleetHistory
from tests.simulation.overseeing import Overseer, ViolationError

FAULT = 0.03
STEPS_MAX = 60
CALM_PASSES_MAX = 3_000
AUTHOR = "Ann <ann@example.com>"


class KilledError(Exception):
    """A process dies."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A seed whose story ends badly, and how."""

    seed: int
    what: str


@dataclass(slots=True)
class Nature:
    """What revisions and clusters are like."""

    refused: set[RevisionId] = field(default_factory=set)
    failing: set[RevisionId] = field(default_factory=set)
    away: set[ClusterName] = field(default_factory=set)


class Story:
    """One seed's fleet and everybody who acts on it."""

    def __init__(self, seed: int, clusters_max: int = 30, clusters_min: int = 1) -> None:
        """Start with a fleet at its first revision and two idle services."""
        self.dice = Dice(seed)
        self.clock = FakeClock()
        self.store = FakeStore()
        self.overseer = Overseer(self.store, self.clock)
        self.faulty = FaultyStore(self.store, self._before, self._after)
        self.nature = Nature()
        self.faults = False
        self.nested = False
        self.history = FleetHistory(
            self.store, self.dice, self.dice.number(clusters_min, clusters_max), AUTHOR
        )
        first = self.history.commit()
        self.store.move_targets(Target(one, first.id, 1) for one in self.history.clusters)
        self._agents(share=1.0)
        self.services = [self._service(), self._service()]

    def run(self) -> None:
        """Live through the story, then let it become calm. Raises ViolationError."""
        self.faults = True
        acts = (
            self._commit,
            self._order,
            self._time,
            self._weather,
            self._jump,
            *(self._pass,) * 6,
            *(self._agents,) * 3,
        )
        self._commit()
        for _ in range(self.dice.number(8, STEPS_MAX)):
            self.dice.one(acts)()
        self.calm()

    def calm(self) -> None:
        """Let faults stop and people say yes; the rollout has to end."""
        self.faults = False
        self.nature.away.clear()
        for number in range(CALM_PASSES_MAX):
            state = self.store.rollout()
            newest = self.store.newest_revision()
            if (
                state is not None
                and newest is not None
                and state.is_over
                and state.plan.revision == newest.id
            ):
                self.overseer.ended()
                return
            self._agents(share=1.0)
            self._say_yes()
            self.services[number % 2].one_pass()
            self.clock.advance(self.dice.number(1, 400))
        raise ViolationError(f"the rollout never ends: {self.store.rollout()}")

    def ask(self, gate: Gate, question: Question) -> Measurement | None:
        """Answer a gate by what the revision is like."""
        if gate.prometheus is None:
            return None
        if self.faults and self.dice.chance(0.2):
            return Measurement(self.dice.one((Verdict.INCONCLUSIVE, Verdict.ERROR)), "weather")
        bad = question.rollout.plan.revision in self.nature.failing
        return Measurement(Verdict.FAILED if bad else Verdict.SUCCESSFUL, "measured")

    def reached(self, _step: str) -> None:
        """Maybe die right after a step."""
        self._mishap()

    def _service(self) -> Service:
        return Service(self.faulty, self.clock, self, (self,), self.overseer.told)

    def _pass(self) -> None:
        """Let one of the services work; a death is a new start."""
        at = self.dice.number(0, 1)
        try:
            self.services[at].one_pass()
        except KilledError:
            self.services[at] = self._service()
        except TransientError:
            pass
        self.clock.advance(self.dice.number(0, 20))

    def _commit(self) -> None:
        revision = self.history.commit(calm=self.dice.chance(0.8))
        if self.dice.chance(0.15):
            self.nature.refused.add(revision.id)
        if self.dice.chance(0.2):
            self.nature.failing.add(revision.id)

    def _agents(self, share: float = 0.6) -> None:
        """Let clusters look at their targets."""
        targets = self.store.targets()
        for name, target in sorted(targets.items()):
            if name in self.nature.away or not self.dice.chance(share):
                continue
            refuses = target.revision in self.nature.refused
            state = RoundState.FAILED if refuses else RoundState.DONE
            self._report(target, state, "p")

    def _weather(self) -> None:
        """Let clusters go away and come back; who looks for them says so."""
        name = self.dice.one(sorted(self.history.clusters))
        if name in self.nature.away:
            self.nature.away.discard(name)
            return
        target = self.store.targets().get(name)
        if target is not None:
            self.nature.away.add(name)
            self._report(target, RoundState.FAILED, "")

    def _report(self, target: Target, state: RoundState, plan: str) -> None:
        report = ClusterReport(
            target.cluster,
            target.revision,
            target.generation,
            PlanHash(plan),
            state,
            0.0,
            "as it is",
        )
        self.store.record_report(report)

    def _order(self) -> None:
        state = self.store.rollout()
        if state is None:
            return
        orders: tuple[Order, ...] = (
            pause,
            resume,
            resume,
            abort,
            approval_of(state.plan.hash),
            approval_of(state.plan.hash),
            approval_of(PlanHash("stale")),
            skip_of("soak"),
            skip_of("metric"),
        )
        person = Person(self.dice.one(("ann", "bob", "eve")), self.dice.one(((), ("ops",))))
        self._tell(self.dice.one(orders), person)

    def _say_yes(self) -> None:
        """Let people decide what is left to them."""
        state = self.store.rollout()
        if state is None or state.is_over:
            return
        if state.paused or state.held:
            # What says nothing when it is calm has failed: a person takes it back.
            failed = state.held and self.dice.chance(0.5)
            self._tell(abort if failed else resume, Person("bob"))
        elif state.stage is Stage.PENDING:
            agreed = {one.who for one in state.approvals if one.wave == state.wave}
            for name in sorted({"bob", "eve"} - agreed):
                self._tell(approval_of(state.plan.hash), Person(name, ("ops",)))

    def _tell(self, order: Order, person: Person) -> None:
        try:
            give(self.store, order, person, "because", self.clock.now_s())
        except RefusedOrderError:
            return
        self.overseer.look()

    def _time(self) -> None:
        self.clock.advance(self.dice.number(1, 2_000))

    def _jump(self) -> None:
        self.clock.set_wall(self.clock.now_s() + self.dice.number(-40_000, 40_000))

    def _before(self, method: str) -> None:
        if method != "advance_rollout":
            self._fail()
            return
        self._mishap()
        if self.faults and not self.nested and self.dice.chance(FAULT):
            # Somebody sleeps between looking and writing, and the other one goes on.
            self.nested = True
            self._pass()
            self.nested = False
            self.overseer.look()

    def _after(self, method: str) -> None:
        if method == "advance_rollout":
            self.overseer.look()
            self._mishap()

    def _fail(self) -> None:
        if self.faults and self.dice.chance(FAULT / 4):
            raise TransientError("the store is away")

    def _mishap(self) -> None:
        if self.faults and self.dice.chance(FAULT):
            raise KilledError


def failures(
    seeds: Iterable[int], clusters_max: int = 30, clusters_min: int = 1
) -> Iterator[Failure]:
    """Yield the seeds whose stories end badly."""
    for seed in seeds:
        try:
            Story(seed, clusters_max, clusters_min).run()
        except ViolationError as error:
            yield Failure(seed, str(error))
