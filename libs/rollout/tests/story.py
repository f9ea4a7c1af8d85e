"""A small fleet whose rollout is lived through step by step, with time and clusters in hand."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from libs.kernel.ids import ClusterName, RevisionId
from libs.kernel.revisions import Target
from libs.kernel.rollouts import Occasion, RolloutEvent, RolloutPlan, RolloutState, Stage, Verdict
from libs.meshapi.rollout import RolloutStrategy
from libs.rollout.orders import Order, Person
from libs.rollout.plan import Way, plan_for
from libs.rollout.result import Step, WaitKind
from libs.rollout.sight import Measurement, Moment, Sight
from libs.rollout.standing import Place, Standing
from libs.rollout.step import step

FLEET: Mapping[str, Mapping[str, str]] = {
    "c1": {"wave": "canary"},
    "e1": {"wave": "early"},
    "e2": {"wave": "early"},
    "z1": {},
}
LIVE = {"name": "live", "live": {}}
CANARY: Mapping[str, Any] = {"name": "canary", "clusters": {"matchLabels": {"wave": "canary"}}}
EARLY: Mapping[str, Any] = {"name": "early", "clusters": {"matchLabels": {"wave": "early"}}}
PERSON = Person("ann", ("ops",))
STEPS_MAX = 200


def strategy(**fields: Any) -> RolloutStrategy:
    """Return a strategy of two waves, with what a test says in the names that users write."""
    return RolloutStrategy.model_validate_json(json.dumps({"waves": [CANARY, EARLY], **fields}))


@dataclass(slots=True)
class Story:
    """Everybody ran revision `old`; `new` is rolled out."""

    rules: RolloutStrategy = field(default_factory=strategy)
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: FLEET)
    wall_s: float = 1_700_000_000.0
    places: dict[str, Place] = field(default_factory=dict)
    answers: dict[str, Verdict] = field(default_factory=dict)
    state: RolloutState | None = None
    candidate: RolloutPlan | None = None
    targets: dict[ClusterName, Target] = field(init=False)
    asked: tuple[str, ...] = ()
    events: list[RolloutEvent] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Let everybody run the old revision, and want the new one."""
        old = RevisionId("old")
        self.targets = {ClusterName(one): Target(ClusterName(one), old, 1) for one in self.labels}
        self.want("new")

    def want(
        self,
        revision: str,
        former: Iterable[str] | None = None,
        *,
        direct: bool = False,
        authors: tuple[str, ...] = (),
    ) -> None:
        """Let another revision be the newest one; `former` are the clusters of the old one."""
        clusters = {ClusterName(name): labels for name, labels in self.labels.items()}
        known = [ClusterName(one) for one in (self.labels if former is None else former)]
        way = Way(RevisionId("old"), RevisionId(revision), clusters, known, self.targets, authors)
        self.candidate = plan_for(way, None if direct else self.rules, self.rules)

    def one(self, elapsed_s: float = 0.0) -> Step:
        """Make one step and carry it out."""
        sight = Sight(
            self.candidate,
            self.targets,
            {ClusterName(name): self._standing(name) for name in self.labels},
            {ClusterName(name): labels for name, labels in self.labels.items()},
            {name: self._answer(name) for name in self.asked},
        )
        made = step(self.state, sight, Moment(self.wall_s, elapsed_s))
        self.wall_s += elapsed_s
        self.state, self.asked = made.state, made.asks
        for move in made.moves:
            former = self.targets.get(move.cluster)
            assert move.generation == (former.generation if former else 0) + 1
            self.targets[move.cluster] = move
        for name in made.removed:
            del self.targets[name]
        self.events += made.events
        return made

    def go(self, elapsed_s: float = 0.0) -> Step:
        """Make steps until one only waits; time passes once, in the first of them."""
        for number in range(STEPS_MAX):
            before = self.state
            made = self.one(0.0 if number else elapsed_s)
            if self.state == before and not self.asked:
                return made
        raise AssertionError("the rollout never rests")

    def tell(self, order: Order, why: str = "because", person: Person = PERSON) -> None:
        """Let somebody give an order."""
        ordered = order(self.now(), person, why, self.wall_s)
        self.state = ordered.state
        self.events.append(ordered.event)

    def now(self) -> RolloutState:
        """Return the state of a rollout that has begun."""
        assert self.state is not None
        return self.state

    def stage(self) -> Stage:
        """Return where the rollout is."""
        return self.now().stage

    def at(self, revision: str) -> list[str]:
        """Return the clusters whose target is a revision."""
        return sorted(name for name, one in self.targets.items() if one.revision == revision)

    def told(self, occasion: Occasion) -> list[str]:
        """Return what events of one occasion said."""
        return [one.why for one in self.events if one.occasion is occasion]

    def _standing(self, name: str) -> Standing:
        place = self.places.get(name, Place.THERE)
        return Standing(place, "" if place is Place.THERE else f"{name} is {place.value}")

    def _answer(self, name: str) -> Measurement:
        return Measurement(self.answers.get(name, Verdict.SUCCESSFUL), f"{name} was asked")


def kind(made: Step) -> WaitKind | None:
    """Return what a step waits for."""
    return made.wait.kind if made.wait else None
