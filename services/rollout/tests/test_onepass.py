"""Passes over a store: what is written, in which order, and who gives way."""

from dataclasses import dataclass, field

import pytest

from libs.fakes.clock import FakeClock
from libs.fakes.faultystore import FaultyStore
from libs.fakes.steps import RecordedSteps
from libs.kernel.proxies import SyncStatus
from libs.kernel.rollouts import Occasion, RolloutEvent, Stage, Verdict
from libs.meshapi.rollout import Gate
from libs.rollout.result import WaitKind
from libs.rollout.sight import Measurement
from services.rollout.asking import Question
from services.rollout.onepass import Service
from services.rollout.steps import ALL
from services.rollout.tests.places import CLUSTERS, Places, proxy


@dataclass(slots=True)
class Answers:
    """Answers every gate that is left to others alike."""

    verdict: Verdict = Verdict.SUCCESSFUL
    asked: list[tuple[str, ...]] = field(default_factory=list)

    def ask(self, gate: Gate, question: Question) -> Measurement | None:
        """Note what is asked about."""
        if gate.hook is None:
            return None
        self.asked.append(question.clusters)
        return Measurement(self.verdict, "says the hook")


@pytest.fixture
def places() -> Places:
    """A fleet that runs its first commit, and a second one that is wanted."""
    made = Places()
    made.run_everywhere(made.commit())
    made.commit()
    return made


def test_a_rollout_goes_as_far_as_proxies_are_live(places: Places) -> None:
    """The canary moves; the others follow when its proxy carries the change."""
    service = Service(places.store, FakeClock(), RecordedSteps())
    for name in CLUSTERS:
        places.store.record_proxies([proxy(name, "r1")])
    wait = service.one_pass()
    assert wait is not None
    assert (wait.kind, places.at("r2")) == (WaitKind.CLUSTERS, ["c1"])
    places.store.record_proxies([proxy("c1", "r2")])
    service.one_pass()
    assert places.at("r2") == ["c1", "e1", "e2"]
    places.store.record_proxies([proxy("e1", "r2"), proxy("e2", "r2")])
    wait = service.one_pass()
    assert wait is not None
    assert wait.kind is WaitKind.NOTHING
    assert places.store.rollout_events(1)[0].occasion is Occasion.DONE


def test_a_refusing_proxy_takes_the_change_back(places: Places) -> None:
    """A refusal that is about an older revision says nothing of this one."""
    service = Service(places.store, FakeClock(), RecordedSteps())
    places.store.record_proxies([proxy("c1", "r1", SyncStatus.REFUSED, about="r1")])
    service.one_pass()
    assert places.at("r2") == ["c1"]
    places.store.record_proxies([proxy("c1", "r1", SyncStatus.REFUSED, about="r2")])
    service.one_pass()
    assert places.at("r1") == ["c1", "e1", "e2"]
    places.store.record_proxies([proxy("c1", "r1")])
    service.one_pass()
    state = places.store.rollout()
    assert state is not None
    assert (state.stage, places.at("r2")) == (Stage.RETURNED, [])
    assert "no such filter" in state.reason


def test_nobody_who_carried_the_change_proves_nothing(places: Places) -> None:
    """Without a proxy the live gate stays closed."""
    wait = Service(places.store, FakeClock(), RecordedSteps()).one_pass()
    assert wait is not None
    assert wait.kind is WaitKind.GATE
    assert "0 of 0 proxies carried the change" in wait.text


def test_two_services_never_take_one_step_twice(places: Places) -> None:
    """Whoever was second reads again and finds it done."""
    told: list[RolloutEvent] = []
    clock, steps = FakeClock(), RecordedSteps()
    second = Service(places.store, clock, steps, (), told.append)
    overtaken = False

    def overtake(method: str) -> None:
        nonlocal overtaken
        if method == "advance_rollout" and not overtaken:
            overtaken = True
            second.one_pass()

    first = Service(FaultyStore(places.store, before=overtake), clock, steps, (), told.append)
    first.one_pass()
    history = places.store.rollout_events(99)
    assert len(history) == len(told)
    assert [one.occasion for one in history].count(Occasion.WAVE_BEGUN) == 1


def test_soak_counts_the_time_of_one_watcher_once() -> None:
    """Two services that watch at once do not make it shorter."""
    places = Places()
    spec = "rollout: {waves: [{name: all, soak: 60s}]}"
    places.run_everywhere(places.commit(spec))
    places.commit(spec)
    clock = FakeClock()
    services = [Service(places.store, clock, RecordedSteps()) for _ in range(2)]
    for number in range(11):
        services[number % 2].one_pass()
        services[1 - number % 2].one_pass()
        clock.advance(5)
    state = places.store.rollout()
    assert state is not None
    assert (state.stage, state.watched_s) == (Stage.SOAKING, 50)
    clock.advance(5)
    services[0].one_pass()
    state = places.store.rollout()
    assert state is not None
    assert state.stage is Stage.DONE


def test_gates_of_others_are_asked_about_the_clusters_of_their_wave() -> None:
    """Behind the last wave it is all of them."""
    places = Places()
    hook = "{name: hook, hook: {url: 'http://h'}}"
    spec = "rollout: {waves: [{name: canary, clusters: {matchLabels: {wave: canary}}, "
    spec += f"gates: [{hook}]}}], gates: [{hook}]}}"
    places.run_everywhere(places.commit(spec))
    places.commit(spec)
    answers = Answers()
    Service(places.store, FakeClock(), RecordedSteps(), (answers,)).one_pass()
    assert answers.asked == [("c1",), ("c1", "e1", "e2")]
    assert places.at("r2") == ["c1", "e1", "e2"]


def test_a_gate_that_nobody_asks_stays_closed() -> None:
    """It is never taken for a good answer."""
    places = Places()
    spec = "rollout: {waves: [{name: all, gates: [{name: calls, witnesses: {}}]}]}"
    places.run_everywhere(places.commit(spec))
    places.commit(spec)
    wait = Service(places.store, FakeClock(), RecordedSteps()).one_pass()
    assert wait is not None
    assert "nobody here can ask this gate" in wait.text


def test_each_write_is_a_step(places: Places) -> None:
    """A test can kill at every one of them."""
    steps = RecordedSteps()
    Service(places.store, FakeClock(), steps).one_pass()
    assert set(steps.names) <= set(ALL)
    assert steps.names == [
        "rollout.pending",
        "rollout.moving",
        "rollout.soaking",
        "rollout.gating",
        "rollout.gating",
    ]
