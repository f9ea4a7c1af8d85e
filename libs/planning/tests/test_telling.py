"""Tests of what people are told on the objects themselves."""

from typing import Any

from libs.kernel.ids import ClusterName, PlanHash, RevisionId, SetName
from libs.kernel.inventory import Action, ClusterReport, ObjectResult, RoundState
from libs.kernel.origins import ObjectKey
from libs.planning.telling import CONDITION, NOTE_BYTES_MAX, Notice, condition, event, notices
from libs.ports.kubecluster import LiveObject

KEY = ObjectKey("networking.istio.io", "VirtualService", "shop", "cart")
NOW_S = 1_700_000_000.25


def result(state: RoundState, reason: str, action: Action = Action.SKIPPED) -> ObjectResult:
    """Return what became of the object."""
    return ObjectResult(KEY, SetName("shop"), action, reason, state)


def report(*results: ObjectResult, reason: str = "") -> ClusterReport:
    """Return a report of a round that made a plan."""
    return ClusterReport(
        ClusterName("c"), RevisionId("r1"), 1, PlanHash("p"), RoundState.DONE, 0.0, reason, {},
        results,
    )  # fmt: skip


def live(**status: Any) -> LiveObject:
    """Return the object as a server has it."""
    metadata = {"name": "cart", "namespace": "shop", "uid": "u", "resourceVersion": "7"}
    body = {
        "apiVersion": "networking.istio.io/v1",
        "kind": "VirtualService",
        "metadata": {**metadata, "managedFields": status.pop("managers", [])},
    }
    return LiveObject(KEY, "u", "7", 1, {**body, **({"status": status} if status else {})})


FAILED = Notice(KEY, "ReconcileFailed", "Apply", "a webhook says no", warning=True)
WELL = Notice(KEY, "Reconciled", "Observe", "it is as git says again", well=True)


def test_what_was_said_before_is_not_said_again() -> None:
    """Only what is new or another is told."""
    one, other = result(RoundState.FAILED, "a"), result(RoundState.FAILED, "b")
    assert [found.note for found in notices(report(one), None)] == ["a"]
    assert list(notices(report(one), report(one))) == []
    assert [found.note for found in notices(report(other), report(one))] == ["b"]


def test_steps_on_the_way_of_what_is_waited_for_are_no_news() -> None:
    """One Event says that it is waited for, and its end is told once."""
    one = result(RoundState.WAITING, "readyReplicas is 1 of 3")
    other = result(RoundState.WAITING, "readyReplicas is 2 of 3")
    assert [found.reason for found in notices(report(one), None)] == ["Waiting"]
    assert list(notices(report(other), report(one))) == []


def test_the_end_of_trouble_is_told_once_it_is_known() -> None:
    """A round that was cut short knows nothing about objects that it does not name."""
    before = report(result(RoundState.FAILED, "a"))
    assert list(notices(report(), before)) == [WELL]
    assert list(notices(report(reason="no answer"), before)) == []
    assert list(notices(report(), report())) == []


def test_ordinary_writes_are_not_told() -> None:
    """Ten thousand objects that were made are no news on each of them; a healed drift is."""
    made = result(RoundState.DONE, "", Action.CREATED)
    healed = result(RoundState.DONE, ".spec changed by kubectl", Action.CONFIGURED)
    still = result(RoundState.DONE, "nothing had to be changed", Action.UNCHANGED)
    told = [list(notices(report(one), None)) for one in (made, healed, still)]
    assert [[one.reason for one in found] for found in told] == [[], ["DriftHealed"], []]


def test_an_event_names_its_object_and_fits_a_server() -> None:
    """A note that is too long ends early, between two characters."""
    notice = Notice(KEY, "ReconcileFailed", "Apply", "\N{EURO SIGN}" * 2000, warning=True)
    body = event(notice, live().body, NOW_S, "me").body
    assert body["regarding"] == {
        "apiVersion": "networking.istio.io/v1",
        "kind": "VirtualService",
        "name": "cart",
        "namespace": "shop",
        "uid": "u",
        "resourceVersion": "7",
    }
    assert (body["type"], body["metadata"]["namespace"]) == ("Warning", "shop")
    assert body["eventTime"] == "2023-11-14T22:13:20.250000Z"
    assert len(body["note"].encode()) <= NOTE_BYTES_MAX + 3


def test_events_of_what_has_no_namespace_are_in_default() -> None:
    """Nowhere else would a server take them."""
    key = ObjectKey("", "Namespace", "", "shop")
    body = event(Notice(key, "Waiting", "Apply", "n"), {"apiVersion": "v1"}, NOW_S, "me").body
    assert body["metadata"]["namespace"] == "default"
    assert "namespace" not in body["regarding"]


def test_a_condition_says_since_when_it_holds() -> None:
    """Its time is another only with its status, and what is said is not said again."""
    first = condition(FAILED, live(), NOW_S)
    assert first is not None
    (said,) = first.body["status"]["conditions"]
    assert (said["type"], said["status"]) == (CONDITION, "False")
    assert condition(FAILED, live(conditions=[said]), NOW_S + 60) is None
    other = Notice(KEY, "Drifted", "Apply", "x", warning=True)
    changed = condition(other, live(conditions=[said]), NOW_S + 60)
    assert changed is not None
    assert (
        changed.body["status"]["conditions"][0]["lastTransitionTime"] == said["lastTransitionTime"]
    )
    well = condition(WELL, live(conditions=[said]), NOW_S + 60)
    assert well is not None
    assert well.body["status"]["conditions"][0]["lastTransitionTime"] == "2023-11-14T22:14:20Z"


def test_nobody_hears_that_all_is_well_who_never_heard_otherwise() -> None:
    """An object without our condition gets none for good news."""
    assert condition(WELL, live(), NOW_S) is None


def test_status_that_others_write_is_theirs() -> None:
    """Whoever it is, and however they write it; kinds of no mesh have no condition of ours."""
    fields: dict[str, Any] = {"f:status": {"f:conditions": {}}}
    for entry in (
        {"manager": "pilot-discovery", "operation": "Update", "fieldsV1": fields},
        {"manager": "other", "operation": "Apply", "subresource": "status", "fieldsV1": fields},
    ):
        assert condition(FAILED, live(managers=[entry]), NOW_S) is None
    ours = {"manager": "periplus", "operation": "Apply", "subresource": "status"}
    assert condition(FAILED, live(managers=[{**ours, "fieldsV1": fields}]), NOW_S) is not None
    key = ObjectKey("", "ConfigMap", "shop", "cart")
    assert condition(Notice(key, "Drifted", "Apply", "n"), live(), NOW_S) is None
