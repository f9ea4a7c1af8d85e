"""Tests of whole rounds over a cluster in memory."""

from dataclasses import replace

import pytest

from libs.fakes.faultystore import FaultyStore
from libs.fakes.kubecluster import FakeKubeCluster
from libs.fakes.store import FakeStore
from libs.kernel.ids import ClusterName
from libs.kernel.inventory import Action, RoundState
from libs.kernel.looperrors import TransientError
from libs.ports.kubecluster import Apply, Create, Refusal, Refused, Replace, Unanswered
from services.reconciler.tests.places import NAME, SHIPS, Place, config_map, key, told

ROUTES = """\
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: reviews}
spec: {host: reviews, subsets: [%s]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews}
spec: {hosts: [reviews], http: [{route: [{destination: {host: reviews, subset: %s}}]}]}
"""


@pytest.fixture
def place() -> Place:
    """An empty cluster."""
    return Place()


def a_subset(name: str) -> str:
    """Return a subset by its version label."""
    return f"{{name: {name}, labels: {{version: {name}}}}}"


def test_a_commit_is_created_and_then_costs_nothing(place: Place) -> None:
    """Each object has one dry run and one write; the next round sends nothing at all."""
    place.commits.commit({"shop": config_map("a") + config_map("b")})
    report = place.settle()
    assert (report.state, report.counts) == (RoundState.DONE, {Action.CREATED: 2})
    assert [dry for _, dry in place.written()] == [True, True, False, False]
    place.round()
    assert place.round() is None
    assert place.written() == []


def test_one_changed_object_is_one_dry_run_and_one_write(place: Place) -> None:
    """The others are not even looked at."""
    place.commits.commit({"shop": config_map("a") + config_map("b")})
    place.settle()
    place.written()
    place.commits.commit({"shop": config_map("a") + config_map("b", "2")})
    report = place.settle()
    assert report.counts == {Action.CONFIGURED: 1, Action.UNCHANGED: 1}
    assert [dry for _, dry in place.written()] == [True, False]
    assert place.value("b") == "2"


def test_what_git_has_no_more_is_deleted(place: Place) -> None:
    """One object of a set goes, and its record with it."""
    place.commits.commit({"shop": config_map("a") + config_map("b")})
    place.settle()
    place.commits.commit({"shop": config_map("a")})
    assert place.settle().counts == {Action.DELETED: 1, Action.UNCHANGED: 1}
    assert place.names() == ["a"]
    assert [one.key.name for one in place.store.inventory(NAME)] == ["a"]


def test_an_empty_set_waits_for_its_plan_to_be_confirmed(place: Place) -> None:
    """Nothing goes until exactly this plan is confirmed; a confirmation counts once."""
    place.commits.commit({"shop": config_map("a"), "bank": config_map("z")})
    place.settle()
    place.commits.commit({"shop": "", "bank": config_map("z")})
    held = place.settle()
    assert held.state is RoundState.HELD
    assert "set `shop` has no objects any more" in held.results[0].reason
    assert place.settle("0" * 16).state is RoundState.HELD
    assert place.names() == ["a", "z"]
    assert place.settle(held.plan).state is RoundState.DONE
    assert place.names() == ["z"]


def test_a_definition_is_served_before_objects_of_its_kind(place: Place) -> None:
    """A kind and an object of it come in one commit and one round."""
    place.commits.commit({"shop": SHIPS})
    report = place.settle()
    assert (report.state, report.counts) == (RoundState.DONE, {Action.CREATED: 2})
    assert told(place.written()) == [
        "apply CustomResourceDefinition ships.example.com",
        "apply Ship argo",
    ]


def test_a_subset_stays_until_no_route_names_it(place: Place) -> None:
    """New subset, then the route, then the old subset goes: three writes in this order."""
    place.commits.commit({"shop": ROUTES % (a_subset("v1"), "v1")})
    place.settle()
    place.written()
    place.commits.commit({"shop": ROUTES % (a_subset("v2"), "v2")})
    assert place.settle().state is RoundState.DONE
    writes = [(one, dry) for one, dry in place.written() if isinstance(one, Apply) and not dry]
    seen = [
        [each["name"] for each in one.body["spec"].get("subsets", ())] or one.body["kind"]
        for one, _ in writes
    ]
    assert seen == [["v2", "v1"], "VirtualService", ["v2"]]


def test_routes_go_before_what_they_name(place: Place) -> None:
    """On removal the VirtualService is deleted first."""
    more = config_map("a")
    place.commits.commit({"shop": more + "---\n" + ROUTES % (a_subset("v1"), "v1")})
    place.settle()
    place.written()
    place.commits.commit({"shop": more})
    place.settle()
    assert told(place.written()) == [
        "delete VirtualService reviews",
        "delete DestinationRule reviews",
    ]


def test_a_manual_change_is_taken_back(place: Place) -> None:
    """Drift is healed, and the report says which field and who."""
    place.commits.commit({"shop": config_map("a")})
    place.settle()
    _edited(place, "a", "hacked")
    report = place.settle()
    assert place.value("a") == "1"
    assert report.counts == {Action.CONFIGURED: 1}
    assert ".data.value changed by kubectl-edit" in report.results[0].reason


def test_drift_is_only_reported_where_healing_is_off(place: Place) -> None:
    """The change stays, and the round says that it differs."""
    fleet = place.commits.fleet.replace(
        "{name: shop, paths: [configs/shop]}",
        "{name: shop, paths: [configs/shop], reconcile: {heal: false}}",
    )
    place.commits.commit({"shop": config_map("a")}, fleet)
    place.settle()
    _edited(place, "a", "hacked")
    assert place.settle().state is RoundState.DRIFTED
    assert place.value("a") == "hacked"


def test_a_deleted_object_is_made_again(place: Place) -> None:
    """Whoever deletes one of our objects gets it back."""
    place.commits.commit({"shop": config_map("a")})
    place.settle()
    place.server.delete(key("ConfigMap", "a"))
    place.settle()
    assert place.names() == ["a"]


def test_a_fight_ends_with_a_report(place: Place) -> None:
    """After a few corrections in short order the object is left alone, with the advice."""
    place.commits.commit({"shop": config_map("a")})
    report = place.settle()
    for number in range(8):
        _edited(place, "a", f"hacked {number}")
        report = place.settle()
        if report.state is RoundState.FAILED:
            break
    assert "left alone" in report.results[0].reason
    assert place.value("a").startswith("hacked")


def test_somebody_elses_object_is_not_touched(place: Place) -> None:
    """What another made first is left, with the way to take it over; git can say so."""
    _edited(place, "a", "theirs")
    place.commits.commit({"shop": config_map("a")})
    report = place.settle()
    assert report.state is RoundState.FAILED
    assert "`kubectl-edit` made it" in report.results[0].reason
    assert place.value("a") == "theirs"
    place.commits.commit({"shop": config_map("a", **{"periplus.io/adopt": "true"})})
    assert place.settle().state is RoundState.DONE
    assert place.value("a") == "1"
    owners = place.server.objects[key("ConfigMap", "a")].metadata["managedFields"]
    assert [one["manager"] for one in owners] == ["periplus"]


def test_what_was_never_ours_is_never_deleted(place: Place) -> None:
    """An object that replaced ours under its name survives when git drops the name."""
    place.commits.commit({"shop": config_map("a") + config_map("b")})
    place.settle()
    place.server.delete(key("ConfigMap", "a"))
    _edited(place, "a", "theirs")
    place.commits.commit({"shop": config_map("b")})
    place.settle()
    assert place.value("a") == "theirs"
    assert [one.key.name for one in place.store.inventory(NAME)] == ["b"]


def test_a_refused_object_does_not_stop_the_others(place: Place) -> None:
    """One object fails with the reason of the webhook; the rest is applied."""

    def reject(body: object) -> object:
        bad = isinstance(body, dict) and body["metadata"]["name"] == "a"
        return Refused(Refusal.REJECTED, "policy says no") if bad else body

    place.server.admissions.append(reject)  # type: ignore[arg-type]
    place.commits.commit({"shop": config_map("a") + config_map("b")})
    report = place.settle()
    assert report.counts == {Action.CREATED: 1, Action.SKIPPED: 1}
    assert report.results[0].reason == "policy says no"
    assert [one.key.name for one in place.store.inventory(NAME)] == ["b"]


def test_a_lost_reply_orphans_nothing(place: Place) -> None:
    """A write whose answer is lost stays in the inventory, and git can still remove it."""
    lost = [True]

    def interrupt(write: object) -> Unanswered | None:
        if isinstance(write, Apply) and len(place.cluster.writes) == 1 and lost:
            lost.clear()
            return Unanswered("no reply", sent=True)
        return None

    place.cluster.interrupt = interrupt
    place.commits.commit({"shop": config_map("a")})
    assert place.settle().state is not RoundState.DONE
    assert place.names() == ["a"]
    place.restart()
    place.commits.commit({"bank": config_map("z"), "shop": config_map("b")})
    place.settle()
    assert place.names() == ["b", "z"]


def test_an_unreachable_server_is_tried_again(place: Place) -> None:
    """The round fails with the reason, and a later one converges."""
    place.server.reachable = False
    place.commits.commit({"shop": config_map("a")})
    assert place.settle().state is RoundState.FAILED
    place.server.reachable = True
    assert place.round() is None
    place.clock.advance(5)
    assert place.settle().state is RoundState.DONE


def test_a_suspended_cluster_is_left_as_it_is(place: Place) -> None:
    """Nothing is written while the suspension lasts."""
    place.commits.clusters = [
        place.commits.clusters[0].replace("spec: {", "spec: {suspend: true, ")
    ]
    place.commits.commit({"shop": config_map("a")})
    assert place.settle().state is RoundState.SUSPENDED
    assert place.written() == []


def _edited(place: Place, name: str, value: str) -> None:
    """Change a ConfigMap as somebody with kubectl edit does, or make it."""
    editor = FakeKubeCluster(place.server, ClusterName("x"), manager="kubectl-edit")
    live = place.server.objects.get(key("ConfigMap", name))
    if live is None:
        metadata = {"name": name, "namespace": "default"}
        body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}
        editor.write([Create({**body, "data": {"value": value}})])[0].object()
        return
    editor.write([Replace({**live.body, "data": {"value": value}})])[0].object()


def test_the_time_of_a_report_is_that_of_its_news(place: Place) -> None:
    """A round that finds the same again does not change the report."""
    place.commits.commit({"shop": config_map("a")})
    place.settle()
    place.round()
    first = place.store.reports()[0]
    place.clock.advance(100)
    place.restart()
    again = place.settle()
    assert replace(again, counts={}) == replace(first, counts={}, at_s=again.at_s)


def test_a_report_that_could_not_be_kept_is_made_again() -> None:
    """A Store that is away at the end of a round does not leave people without an answer."""
    away = ["record_report"]

    def fail(method: str) -> None:
        if method in away:
            away.clear()
            raise TransientError("the store is away")

    store = FakeStore()
    place = Place(store=FaultyStore(store, before=fail))
    place.commits.commit({"shop": config_map("a")})
    with pytest.raises(TransientError):
        place.round()
    assert not store.reports()
    assert place.settle().state is RoundState.DONE
    assert [one.state for one in store.reports()] == [RoundState.DONE]
