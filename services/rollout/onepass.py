"""One pass: look, decide, write, and again until the rollout waits for something."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from libs.kernel.ids import ClusterName
from libs.kernel.inventory import ClusterReport
from libs.kernel.proxies import ProxyRecord
from libs.kernel.revisions import Target
from libs.kernel.rollouts import RolloutEvent, RolloutState
from libs.meshapi.fleet import Cluster
from libs.ports.clock import Clock
from libs.ports.steps import Steps
from libs.ports.store import StaleGenerationError, Store
from libs.rollout.look import Look
from libs.rollout.result import Step, Wait
from libs.rollout.sight import Measurement, Moment, Sight
from libs.rollout.standing import Standing, standing_of
from libs.rollout.step import step
from libs.telemetry.logs import get_logger
from services.rollout import steps as names
from services.rollout.asking import Asking, answer, question_of
from services.rollout.candidate import Candidates
from services.rollout.fleets import Fleets

STEPS_MAX = 1_000
"""So many steps one pass takes before others get a turn."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of clusters at the beginning of a pass."""

    proxies: Mapping[ClusterName, Sequence[ProxyRecord]]
    reports: Mapping[ClusterName, ClusterReport]

    def standing(self, cluster: Cluster, target: Target | None) -> Standing:
        """Say how a cluster stands to a target."""
        name = ClusterName(cluster.metadata.name)
        return standing_of(cluster, target, self.reports.get(name), self.proxies.get(name, ()))

    def all_proxies(self) -> Iterator[ProxyRecord]:
        """Give the proxies of all clusters."""
        for some in self.proxies.values():
            yield from some


def logged(event: RolloutEvent) -> None:
    """Say in the log what has happened."""
    get_logger().info(
        "rollout",
        occasion=event.occasion.value,
        rollout=event.rollout,
        wave=event.wave,
        who=event.who,
        why=event.why,
        plan=event.plan,
    )


@dataclass(slots=True)
class Service:
    """What carries out a fleet's rollouts. `told` gets every event that has been written."""

    store: Store
    clock: Clock
    steps: Steps
    asking: Sequence[Asking] = ()
    told: Callable[[RolloutEvent], None] = logged
    fleets: Fleets = field(init=False)
    candidates: Candidates = field(init=False)
    _seen: tuple[int, float] = (-1, 0.0)

    def __post_init__(self) -> None:
        """Read from the same Store."""
        self.fleets = Fleets(self.store)
        self.candidates = Candidates(self.fleets)

    def one_pass(self) -> Wait | None:
        """Bring the rollout as far as it goes now; return what it waits for.

        Whoever else wrote first is given way to. Raises TransientError and StalledError of the
        Store.
        """
        known: Known | None = None
        answers: dict[str, Measurement] = {}
        for _ in range(STEPS_MAX):
            state = self.store.rollout()
            if known is None and state is not None and not state.is_over:
                known = self._known()
            sight = self._sight(state, known, answers)
            made = step(state, sight, Moment(self.clock.now_s(), self._elapsed_s(state)))
            if made.state == state and not made.asks:
                return made.wait
            if made.state is not None and made.state != state and not self._write(made):
                answers = {}
                continue
            answers = self._ask(made, sight, known)
        return None

    def _known(self) -> Known:
        proxies = defaultdict[ClusterName, list[ProxyRecord]](list)
        for one in self.store.proxies():
            proxies[one.cluster].append(one)
        return Known(proxies, {one.cluster: one for one in self.store.reports()})

    def _sight(
        self, state: RolloutState | None, known: Known | None, answers: Mapping[str, Measurement]
    ) -> Sight:
        targets = self.store.targets()
        candidate = self.candidates.of(state, targets)
        named = [candidate.base, candidate.revision] if candidate else []
        if state is None or state.is_over or known is None:
            self.fleets.forget_all_but(named)
            return Sight(candidate, targets)
        self.fleets.forget_all_but([*named, state.plan.base, state.plan.revision])
        clusters = self._clusters(state)
        return Sight(
            candidate,
            targets,
            {name: known.standing(one, targets.get(name)) for name, one in clusters.items()},
            {name: one.metadata.labels for name, one in clusters.items()},
            answers,
        )

    def _clusters(self, state: RolloutState) -> Mapping[ClusterName, Cluster]:
        """Return all clusters of a rollout, those that are no more in the fleet as they were."""
        former = state.plan.base if state.plan.departed else None
        old = self.fleets.at(former).view.clusters if former is not None else {}
        return {**old, **self.fleets.at(state.plan.revision).view.clusters}

    def _elapsed_s(self, state: RolloutState | None) -> float:
        """Return for how long we have seen the state as it is."""
        generation = state.generation if state is not None else 0
        now_s = self.clock.monotonic_s()
        if self._seen[0] != generation:
            self._seen = generation, now_s
        return now_s - self._seen[1]

    def _write(self, made: Step) -> bool:
        """Make a step durable; say whether it was us who took it."""
        if made.state is None:
            return False
        try:
            self.store.advance_rollout(made.state, made.moves, made.removed, made.events)
        except StaleGenerationError:
            return False
        self.steps.reached(names.step_to(made.state.stage))
        for event in made.events:
            self.told(event)
        return True

    def _ask(self, made: Step, sight: Sight, known: Known | None) -> dict[str, Measurement]:
        if made.state is None or known is None or not made.asks:
            return {}
        gates = Look(made.state, sight, Moment(self.clock.now_s())).gates
        question = question_of(made.state, sight.standings, known.all_proxies())
        return {
            one.name: answer(one, question, self.asking) for one in gates if one.name in made.asks
        }
