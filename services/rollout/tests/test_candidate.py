"""When rollouts are in charge, and by which rules."""

import pytest

from libs.kernel.ids import ClusterName, RevisionId
from libs.kernel.rollouts import RolloutPlan, RolloutState, Stage
from services.rollout.candidate import Candidates
from services.rollout.fleets import Fleets
from services.rollout.tests.places import CLUSTERS, SIDECAR, Places

NONE = "accept: set"
ROLLOUT = """\
apiVersion: periplus.io/v1alpha1
kind: Rollout
metadata: {name: careful}
spec: {changes: {kinds: [Sidecar]}, waves: [{name: first}]}
---
"""


def _plan(places: Places, state: RolloutState | None = None) -> RolloutPlan | None:
    return Candidates(Fleets(places.store)).of(state, places.store.targets())


def _waves(plan: RolloutPlan | None) -> list[str]:
    return [] if plan is None else [one.name for one in plan.waves]


def test_a_fleet_without_rules_is_not_ours() -> None:
    """The gitwatcher moves it."""
    places = Places()
    assert _plan(places) is None
    places.run_everywhere(places.commit(NONE))
    places.commit(NONE)
    assert _plan(places) is None


def test_a_change_goes_from_what_runs_to_the_newest() -> None:
    """With its authors, of all commits in between."""
    places = Places()
    places.run_everywhere(places.commit())
    places.commit(author="Bob <bob@example.com>")
    places.commit()
    plan = _plan(places)
    assert plan is not None
    assert (plan.base, plan.revision) == ("r1", "r3")
    assert plan.authors == ("Ann <ann@example.com>", "Bob <bob@example.com>")
    assert _waves(plan) == ["canary", "rest"]


def test_where_everybody_is_there_nothing_is_to_be_done() -> None:
    """A cluster that has left, or one without a target, is something."""
    places = Places()
    places.run_everywhere(places.commit())
    assert _plan(places) is None
    places.commit(clusters={"c1": "canary"})
    plan = _plan(places)
    assert plan is not None
    assert plan.departed == ("e1", "e2")


def test_a_commit_that_lifts_the_rules_goes_by_them() -> None:
    """Afterwards the fleet is not ours any more."""
    places = Places()
    places.run_everywhere(places.commit())
    last = places.commit(NONE)
    assert _waves(_plan(places)) == ["canary", "rest"]
    places.run_everywhere(last)
    places.commit(NONE)
    assert _plan(places) is None


def test_a_commit_that_brings_rules_goes_by_them() -> None:
    """There were none before."""
    places = Places()
    places.run_everywhere(places.commit(NONE))
    places.commit()
    assert _waves(_plan(places)) == ["canary", "rest"]


def test_the_first_revision_of_all_needs_no_waves() -> None:
    """Nothing runs that could be hurt."""
    places = Places()
    places.commit()
    plan = _plan(places)
    assert plan is not None
    assert (plan.base, plan.direct) == (None, True)


@pytest.mark.parametrize(
    ("sets", "waves"),
    [
        ({"shop": ROLLOUT + SIDECAR.format(name="other")}, ["first"]),
        ({"shop": ROLLOUT + SIDECAR.format(name="s")}, ["all"]),
    ],
)
def test_rollouts_in_sets_are_for_the_changes_that_they_name(
    sets: dict[str, str], waves: list[str]
) -> None:
    """A commit that changes nothing that anybody named moves everybody."""
    places = Places()
    first = {"shop": ROLLOUT + SIDECAR.format(name="s")}
    places.run_everywhere(places.commit(NONE, first))
    places.commit("variables: {a: b}", sets)
    assert _waves(_plan(places)) == waves


def test_one_that_is_under_way_keeps_its_beginning() -> None:
    """A newer commit starts from where the former one did; one that is over does not matter."""
    places = Places()
    places.run_everywhere(places.commit())
    places.commit()
    plan = _plan(places)
    assert plan is not None
    state = RolloutState(1, 1, plan)
    assert _plan(places, state) is None
    places.run_everywhere(places.store.revisions(1)[0])
    places.commit()
    newer = _plan(places, state)
    assert newer is not None
    assert (newer.base, newer.revision) == ("r1", "r3")
    over = _plan(places, RolloutState(1, 1, plan, Stage.DONE))
    assert over is not None
    assert over.base == "r2"


def test_a_fleet_without_clusters_is_more_likely_a_fault() -> None:
    """Nothing moves and nothing is forgotten."""
    places = Places()
    places.run_everywhere(places.commit())
    places.commit(clusters={})
    assert _plan(places) is None
    assert len(places.store.targets()) == len(CLUSTERS)
    assert places.at(RevisionId("r1")) == [ClusterName(one) for one in sorted(CLUSTERS)]
