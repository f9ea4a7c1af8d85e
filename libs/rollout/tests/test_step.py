"""A rollout from its beginning to one of its ends."""

from typing import Any

import pytest

from libs.kernel.ids import ClusterName
from libs.kernel.rollouts import Occasion, Stage, Verdict
from libs.rollout.orders import abort, approval_of, pause, resume, skip_of
from libs.rollout.result import WaitKind
from libs.rollout.standing import Place
from libs.rollout.step import CHECKPOINT_S
from libs.rollout.tests.story import CANARY, EARLY, LIVE, Story, kind, strategy

METRIC = {"prometheus": {"address": "http://p", "query": "up", "min": 1, "interval": "5s"}}


def _gated(*gates: dict[str, Any], **more: Any) -> Story:
    """Return a story whose canary wave has gates."""
    return Story(strategy(waves=[{**CANARY, "gates": list(gates)}, EARLY], **more))


def _stuck(story: Story, name: str) -> None:
    story.places[name] = Place.ON_ITS_WAY


def test_waves_follow_each_other_and_take_everybody() -> None:
    """The last wave has the clusters that no wave selects."""
    story = Story()
    moved = []
    while story.state is None or story.stage() is not Stage.DONE:
        moved += [[str(one.cluster) for one in made.moves] for made in [story.one()] if made.moves]
    assert moved == [["c1"], ["e1", "e2"], ["z1"]]
    assert story.at("new") == ["c1", "e1", "e2", "z1"]
    assert kind(story.go()) is WaitKind.NOTHING


def test_a_wave_waits_for_its_clusters_and_the_next_one_for_the_wave() -> None:
    """Nobody of the second wave moves while one of the first is on its way."""
    story = Story()
    _stuck(story, "c1")
    assert kind(story.go()) is WaitKind.CLUSTERS
    assert story.at("new") == ["c1"]
    story.places.clear()
    story.go()
    assert story.stage() is Stage.DONE


def test_no_more_than_so_many_are_on_their_way() -> None:
    """The next cluster moves when one has arrived."""
    story = Story(strategy(waves=[{"name": "all", "maxConcurrent": 2}]))
    for name in story.labels:
        _stuck(story, name)
    story.go()
    assert story.at("new") == ["c1", "e1"]
    story.places["c1"] = Place.THERE
    story.go()
    assert story.at("new") == ["c1", "e1", "e2"]


def test_only_watched_time_is_soak() -> None:
    """What passed while nobody watched, or on the wall clock alone, counts for nothing."""
    story = Story(strategy(waves=[{**CANARY, "soak": "60s"}, EARLY]))
    story.go()
    story.wall_s += 10_000
    assert kind(story.go()) is WaitKind.SOAK
    assert kind(story.go(59)) is WaitKind.SOAK
    assert story.now().watched_s == 59
    story.go(1)
    assert story.stage() is Stage.DONE


def test_waiting_writes_seldom() -> None:
    """Time is kept now and then, and nothing else is written while nothing happens."""
    story = Story(strategy(waves=[{**CANARY, "soak": "60s"}]))
    story.go()
    before = story.now()
    assert story.go(CHECKPOINT_S / 2).state is before
    assert story.go(CHECKPOINT_S).state != before


def test_a_gate_that_fails_takes_everything_back() -> None:
    """Every cluster is at the former revision again, and the newer one does not come back."""
    story = _gated({"name": "rate", **METRIC})
    story.answers["rate"] = Verdict.FAILED
    story.go()
    assert story.stage() is Stage.RETURNED
    assert story.at("old") == ["c1", "e1", "e2", "z1"]
    assert story.told(Occasion.FAILED) == ["gate rate failed: rate was asked"]
    assert kind(story.go(3600)) is WaitKind.NOTHING
    assert story.at("new") == []


def test_a_newer_commit_is_tried_after_a_return() -> None:
    """The commit that was taken back stays out; the next one goes through the waves."""
    story = _gated({"name": "rate", **METRIC})
    story.answers["rate"] = Verdict.FAILED
    story.go()
    story.answers.clear()
    story.want("newer")
    story.go()
    assert (story.stage(), story.at("newer")) == (Stage.DONE, ["c1", "e1", "e2", "z1"])


def test_newer_waves_go_back_first() -> None:
    """An older wave waits until the newer one is back."""
    story = Story(strategy(gates=[{"name": "end", **METRIC}]))
    story.answers["end"] = Verdict.FAILED
    back: list[list[str]] = []
    for _ in range(40):
        made = story.one()
        back += [[one.cluster for one in made.moves if one.revision == "old"]]
    assert [one for one in back if one] == [["z1"], ["e1", "e2"], ["c1"]]


def test_a_cluster_that_does_not_come_back_delays_others_only_for_a_while() -> None:
    """The way back never stops."""
    story = Story(strategy(gates=[{"name": "end", **METRIC}]))
    story.answers["end"] = Verdict.FAILED
    while story.state is None or story.stage() is not Stage.RETURNING:
        story.one()
    _stuck(story, "z1")
    story.go()
    assert story.at("new") == ["c1", "e1", "e2"]
    story.go(60)
    assert (story.at("new"), story.stage()) == ([], Stage.RETURNED)


def test_all_at_once_is_one_move() -> None:
    """Where the strategy says so, nobody waits for anybody on the way back."""
    story = Story(strategy(gates=[{"name": "end", **METRIC}], **{"return": {"order": "allAtOnce"}}))
    story.answers["end"] = Verdict.FAILED
    story.go()
    assert story.told(Occasion.MOVED)[-1] == "back: c1, e1, e2, z1"


def test_a_refused_change_fails_at_once_where_a_live_gate_waits() -> None:
    """A NACK needs no budget."""
    story = _gated(LIVE, budget={"clusters": 3})
    story.places["c1"] = Place.REFUSED
    story.go()
    assert story.stage() is Stage.RETURNED
    assert story.told(Occasion.FAILED) == ["gate live: c1 refused: c1 is refused"]


@pytest.mark.parametrize(("budget", "end"), [({}, Stage.RETURNED), ({"clusters": 1}, Stage.DONE)])
def test_lost_clusters_are_counted(budget: dict[str, Any], end: Stage) -> None:
    """More than the budget fails the rollout, and that much is borne."""
    story = Story(strategy(budget=budget))
    while story.at("new") != ["c1", "e1", "e2"]:
        story.one()
    story.places["e1"] = Place.UNREACHABLE
    story.go()
    assert story.stage() is end


def test_a_wave_does_not_begin_while_too_many_are_away() -> None:
    """Nothing was moved yet, so nothing has failed: it waits."""
    story = Story()
    story.places["e2"] = Place.UNREACHABLE
    assert kind(story.go()) is WaitKind.CLUSTERS
    assert story.at("new") == ["c1"]
    story.places.clear()
    story.go()
    assert story.stage() is Stage.DONE


def test_unreachable_clusters_count_for_nothing_where_the_strategy_says_so() -> None:
    """They get their target all the same and catch up with it."""
    story = Story(strategy(budget={"unreachableCounts": False}))
    story.places["e2"] = Place.UNREACHABLE
    story.go()
    assert (story.stage(), story.at("new")) == (Stage.DONE, ["c1", "e1", "e2", "z1"])


def test_a_suspended_cluster_holds_nobody_up() -> None:
    """Its target moves, so that it catches up with the right revision."""
    story = Story()
    story.places["c1"] = Place.SUSPENDED
    story.go()
    assert (story.stage(), story.at("new")) == (Stage.DONE, ["c1", "e1", "e2", "z1"])


def test_no_progress_is_a_failure() -> None:
    """The deadline counts from the last cluster that arrived."""
    story = Story(strategy(progressDeadline="100s"))
    _stuck(story, "e1")
    _stuck(story, "e2")
    story.go()
    story.go(99)
    story.places["e1"] = Place.THERE
    story.go()
    story.go(99)
    assert story.stage() is Stage.MOVING
    story.go(1)
    assert story.at("old") == ["e1", "e2", "z1"]
    story.go(60)
    assert story.at("old") == ["c1", "e1", "e2", "z1"]


def test_a_gate_that_says_nothing_is_for_a_person() -> None:
    """It neither opens nor fails; whoever resumes gives it another time."""
    story = _gated({"name": "rate", **METRIC}, progressDeadline="20s")
    story.answers["rate"] = Verdict.INCONCLUSIVE
    story.go()
    for _ in range(5):
        story.go(5)
    assert story.now().held == "gate rate says nothing: rate was asked"
    assert story.at("new") == ["c1"]
    story.answers["rate"] = Verdict.SUCCESSFUL
    assert kind(story.go(5)) is WaitKind.HELD
    story.tell(resume)
    story.go()
    assert story.stage() is Stage.DONE


def test_errors_have_a_budget_of_their_own() -> None:
    """So many errors in a row are borne; a good answer begins anew, one more fails."""
    gate = {"name": "rate", "prometheus": {**METRIC["prometheus"], "errorsMax": 2, "count": 2}}
    story = _gated(gate)
    for verdict in (Verdict.ERROR, Verdict.ERROR, Verdict.SUCCESSFUL, Verdict.ERROR, Verdict.ERROR):
        story.answers["rate"] = verdict
        story.go(5)
        assert story.stage() is Stage.GATING
    story.go(5)
    assert story.stage() is Stage.RETURNED


def test_a_gate_opens_after_so_many_good_answers_in_a_row() -> None:
    """What says nothing in between begins the count anew."""
    gate = {"name": "rate", "prometheus": {**METRIC["prometheus"], "count": 2}}
    story = _gated(gate)
    for verdict in (Verdict.SUCCESSFUL, Verdict.INCONCLUSIVE, Verdict.SUCCESSFUL):
        story.answers["rate"] = verdict
        story.go(5)
        assert story.stage() is Stage.GATING
    story.go(5)
    assert story.stage() is Stage.DONE


def test_without_automatic_return_a_person_decides() -> None:
    """The failure is held; nothing goes on and nothing goes back."""
    story = _gated({"name": "rate", **METRIC}, **{"return": {"automatic": False}})
    story.answers["rate"] = Verdict.FAILED
    story.go()
    assert story.now().held == "gate rate failed: rate was asked"
    assert story.at("new") == ["c1"]
    story.tell(abort)
    story.go()
    assert (story.stage(), story.at("new")) == (Stage.RETURNED, [])


def test_a_newer_commit_takes_over_between_waves() -> None:
    """The wave that is under way ends first; the newer one begins with the first wave again."""
    story = Story(strategy(waves=[{**CANARY, "soak": "60s"}, EARLY]))
    story.go()
    story.want("newer")
    story.go(30)
    assert story.at("newer") == []
    story.go(30)
    assert story.at("newer") == ["c1"]
    assert story.now().plan.base == "old"
    story.go(60)
    assert story.at("newer") == ["c1", "e1", "e2", "z1"]
    assert len(story.told(Occasion.SUPERSEDED)) == 1


def test_a_return_after_a_takeover_leaves_nobody_behind() -> None:
    """Clusters that only the superseded commit had reached go back as well."""
    story = Story(strategy(waves=[CANARY, EARLY, {"name": "rest", "approval": {}}]))
    story.go()
    assert story.at("new") == ["c1", "e1", "e2"]
    story.rules = strategy(waves=[{**CANARY, "gates": [{"name": "rate", **METRIC}]}, EARLY])
    story.want("newer")
    story.answers["rate"] = Verdict.FAILED
    story.go()
    assert (story.stage(), story.at("old")) == (Stage.RETURNED, ["c1", "e1", "e2", "z1"])


def test_never_means_that_the_first_commit_ends_first() -> None:
    """The newer one begins behind it."""
    waves = [CANARY, {**EARLY, "approval": {}}]
    story = Story(strategy(waves=waves, supersede="never"))
    story.go()
    story.want("newer")
    story.go()
    assert story.at("newer") == []
    story.tell(approval_of(story.now().plan.hash))
    story.go()
    assert story.at("new") == ["e1", "e2", "z1"]
    assert story.at("newer") == ["c1"]


def test_a_pause_stops_everything_but_a_way_back() -> None:
    """Whoever paused did not mean to keep what hurts."""
    story = Story()
    _stuck(story, "c1")
    story.go()
    story.tell(pause)
    story.places.clear()
    assert kind(story.go()) is WaitKind.PAUSED
    story.places["c1"] = Place.REFUSED
    story.go()
    assert story.stage() is Stage.RETURNED


def test_what_is_paused_stays_paused_for_a_newer_commit() -> None:
    """A push is no way around a pause."""
    story = Story()
    story.one()
    story.tell(pause)
    story.want("newer")
    assert kind(story.go()) is WaitKind.PAUSED
    assert story.at("old") == ["c1", "e1", "e2", "z1"]


def test_a_freeze_window_holds_moves_and_nothing_else() -> None:
    """A wave that may finish goes on; a way back is never held."""
    night = {"name": "night", "kind": "freeze", "start": "22:00", "end": "06:00"}
    story = Story(strategy(windows=[night]))
    assert kind(story.go()) is WaitKind.WINDOW
    story.wall_s += 8 * 3600
    _stuck(story, "c1")
    story.go()
    story.wall_s += 16 * 3600
    story.places["c1"] = Place.REFUSED
    story.go()
    assert (story.stage(), story.at("new")) == (Stage.RETURNED, [])


@pytest.mark.parametrize(("overrun", "moved"), [("finish", 2), ("pause", 1)])
def test_a_wave_overruns_a_window_only_where_it_may(overrun: str, moved: int) -> None:
    """The rule is the window's."""
    night = {"name": "night", "kind": "freeze", "start": "22:00", "end": "06:00"}
    waves = [{**EARLY, "maxConcurrent": 1}]
    story = Story(strategy(waves=waves, windows=[{**night, "overrun": overrun}]))
    story.wall_s -= 3600
    _stuck(story, "e1")
    story.go()
    story.wall_s += 7200
    story.places.clear()
    story.go()
    assert len(story.at("new")) == moved


def test_a_change_without_waves_moves_everybody_and_waits_for_nobody() -> None:
    """As if there were no strategy, but within the fleet's windows."""
    story = Story()
    for name in story.labels:
        story.places[name] = Place.UNREACHABLE
    story.want("new", direct=True)
    story.go()
    assert (story.stage(), story.at("new")) == (Stage.DONE, ["c1", "e1", "e2", "z1"])


def test_clusters_that_left_are_forgotten_at_the_end() -> None:
    """Until then there is a way back for them as well."""
    story = Story()
    story.labels = {name: labels for name, labels in story.labels.items() if name != "e2"}
    story.want("new")
    while story.stage() is not Stage.DONE if story.state else True:
        assert "e2" in story.targets
        story.one()
    assert sorted(story.targets) == ["c1", "e1", "z1"]


def test_a_cluster_that_joined_is_forgotten_on_a_return() -> None:
    """The former revision has nothing for it."""
    story = _gated({"name": "rate", **METRIC})
    story.answers["rate"] = Verdict.FAILED
    del story.targets[ClusterName("c1")]
    story.want("new", former=("e1", "e2", "z1"))
    while story.state is None or story.stage() is not Stage.GATING:
        story.one()
    assert story.at("new") == ["c1"]
    story.go()
    assert (story.stage(), sorted(story.targets)) == (Stage.RETURNED, ["e1", "e2", "z1"])


def test_a_skipped_gate_and_a_skipped_soak_hold_nobody() -> None:
    """Both are told with who and why."""
    gates = [{"name": "rate", **METRIC}]
    story = Story(strategy(waves=[{**CANARY, "soak": "1h", "gates": gates}]))
    story.answers["rate"] = Verdict.INCONCLUSIVE
    story.go()
    story.tell(skip_of("soak"), "tested by hand")
    story.go()
    story.tell(skip_of("rate"), "Prometheus moves house")
    story.go()
    assert story.stage() is Stage.DONE
    assert story.told(Occasion.SKIPPED) == ["soak: tested by hand", "rate: Prometheus moves house"]


def test_nobody_waits_for_clusters_that_never_left() -> None:
    """Those of later waves may be on their way for reasons of their own."""
    story = _gated({"name": "rate", **METRIC})
    story.answers["rate"] = Verdict.FAILED
    _stuck(story, "e1")
    _stuck(story, "z1")
    story.go()
    assert story.stage() is Stage.RETURNED
