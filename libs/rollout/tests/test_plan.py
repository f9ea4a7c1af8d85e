"""Who moves in which wave."""

from dataclasses import replace

from libs.kernel.ids import ClusterName, RevisionId
from libs.rollout.plan import ALL, REMAINING, Way, plan_for, plan_hash, waves_of
from libs.rollout.tests.story import CANARY, EARLY, strategy

LABELS = {
    ClusterName("b"): {"wave": "early", "zone": "2"},
    ClusterName("a"): {"wave": "early", "zone": "3"},
    ClusterName("c"): {"wave": "early", "zone": "1"},
    ClusterName("d"): {"wave": "canary"},
    ClusterName("e"): {},
}
WAY = Way(RevisionId("old"), RevisionId("new"), LABELS, LABELS, LABELS)


def test_a_cluster_moves_in_the_first_wave_that_selects_it() -> None:
    """Whoever is left moves behind all others."""
    rules = strategy(waves=[CANARY, {"name": "all", "orderBy": ["zone"]}, EARLY])
    found = [(one.name, one.clusters) for one in waves_of(rules, LABELS)]
    assert found == [("canary", ("d",)), ("all", ("e", "c", "b", "a")), ("early", ())]
    assert [one.name for one in waves_of(strategy(), LABELS)] == ["canary", "early", REMAINING]


def test_clusters_of_a_wave_are_ordered_by_labels_then_by_name() -> None:
    """One without the label comes first."""
    rules = strategy(waves=[{**EARLY, "orderBy": ["zone"]}])
    assert waves_of(rules, LABELS)[0].clusters == ("c", "b", "a")
    assert waves_of(strategy(waves=[EARLY]), LABELS)[0].clusters == ("a", "b", "c")


def test_the_hash_is_of_everything_that_people_agree_to() -> None:
    """Another revision, base, rule, member or author is another plan."""
    plan = plan_for(WAY, strategy(), None)
    others = [
        plan_for(replace(WAY, revision=RevisionId("newer")), strategy(), None),
        plan_for(replace(WAY, base=RevisionId("older")), strategy(), None),
        plan_for(WAY, strategy(supersede="never"), None),
        plan_for(replace(WAY, clusters={**LABELS, ClusterName("f"): {}}), strategy(), None),
        plan_for(replace(WAY, authors=("ann",)), strategy(), None),
    ]
    assert plan.hash == plan_hash(plan)
    assert plan_for(WAY, strategy(), None) == plan
    assert len({plan.hash, *(one.hash for one in others)}) == 6


def test_who_left_and_who_joined_is_part_of_the_plan() -> None:
    """The first are forgotten at the end, the others on a return."""
    way = replace(WAY, former=[ClusterName("a"), ClusterName("x")], targeted=[ClusterName("x")])
    plan = plan_for(way, strategy(), None)
    assert (plan.departed, plan.joined) == (("x",), ("b", "c", "d", "e"))


def test_without_a_strategy_or_without_a_past_all_move_at_once() -> None:
    """Windows of the fleet hold all the same."""
    night = {"name": "night", "kind": "freeze", "start": "22:00", "end": "06:00"}
    for plan in (
        plan_for(WAY, None, strategy(windows=[night])),
        plan_for(replace(WAY, base=None), strategy(), strategy(windows=[night])),
    ):
        assert plan.direct
        assert [(one.name, len(one.clusters)) for one in plan.waves] == [(ALL, 5)]
        assert "22:00" in plan.strategy
