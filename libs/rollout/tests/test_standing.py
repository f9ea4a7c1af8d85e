"""How a cluster stands to its target, and what gates make of it."""

from dataclasses import replace
from typing import Any

import pytest

from libs.kernel.ids import ClusterName, PlanHash, ProxyId, RevisionId, SetName
from libs.kernel.inventory import Action, ClusterReport, ObjectResult, RoundState
from libs.kernel.origins import ObjectKey
from libs.kernel.proxies import ProxyRecord, SyncStatus
from libs.kernel.revisions import Target
from libs.kernel.rollouts import Verdict
from libs.meshapi.fleet import Cluster, ClusterSpec, Connection
from libs.meshapi.metadata import Metadata
from libs.meshapi.rollout import ConditionGate, LiveGate
from libs.rollout.conditions import condition
from libs.rollout.liveness import live
from libs.rollout.standing import Place, Standing, standing_of

NAME, NEW, OLD = ClusterName("east"), RevisionId("new"), RevisionId("old")
TARGET = Target(NAME, NEW, 2)
STATIC = Cluster(metadata=Metadata(name="east"))
REAL = Cluster(
    metadata=Metadata(name="east"), spec=ClusterSpec(connection=Connection(context="east"))
)
REPORT = ClusterReport(NAME, NEW, 2, PlanHash("p"), RoundState.DONE, 0.0)
PROXY = ProxyRecord(ProxyId("a"), NAME, SyncStatus.SYNCED, None, NEW, 1.0, carried=True, about=NEW)
BEHIND = replace(PROXY, id=ProxyId("b"), live_revision=OLD, status=SyncStatus.STALE)
REFUSING = replace(BEHIND, status=SyncStatus.REFUSED, error="no such filter")


@pytest.mark.parametrize(
    ("report", "place"),
    [
        (None, Place.ON_ITS_WAY),
        ({}, Place.THERE),
        ({"generation": 1}, Place.ON_ITS_WAY),
        ({"revision": OLD}, Place.ON_ITS_WAY),
        ({"state": RoundState.WAITING}, Place.ON_ITS_WAY),
        ({"state": RoundState.HELD}, Place.ON_ITS_WAY),
        ({"state": RoundState.DRIFTED}, Place.THERE),
        ({"state": RoundState.SUSPENDED}, Place.SUSPENDED),
        ({"state": RoundState.FAILED}, Place.REFUSED),
        ({"state": RoundState.FAILED, "plan": PlanHash("")}, Place.UNREACHABLE),
        ({"state": RoundState.FAILED, "plan": PlanHash(""), "generation": 1}, Place.UNREACHABLE),
        ({"state": RoundState.FAILED, "generation": 1}, Place.ON_ITS_WAY),
    ],
)
def test_a_cluster_with_an_api_server_stands_by_its_last_round(
    report: dict[str, Any] | None, place: Place
) -> None:
    """A round that made no plan never reached the server; one for another target says little."""
    given = None if report is None else replace(REPORT, **report)
    assert standing_of(REAL, TARGET, given, ()).place is place


@pytest.mark.parametrize(
    ("proxies", "place"),
    [
        ([], Place.THERE),
        ([PROXY], Place.THERE),
        ([PROXY, BEHIND], Place.ON_ITS_WAY),
        ([PROXY, REFUSING], Place.REFUSED),
        ([replace(REFUSING, about=OLD)], Place.ON_ITS_WAY),
        ([PROXY, replace(BEHIND, status=SyncStatus.GONE)], Place.THERE),
    ],
)
@pytest.mark.parametrize("cluster", [STATIC, REAL])
def test_proxies_have_to_follow(cluster: Cluster, proxies: list[ProxyRecord], place: Place) -> None:
    """Those that are connected; a refusal counts where it is about this target."""
    assert standing_of(cluster, TARGET, REPORT, proxies).place is place


def test_a_suspended_cluster_is_nobodys_concern() -> None:
    """Its owner wants nothing written now."""
    suspended = replace_spec(suspend=True)
    assert standing_of(suspended, TARGET, None, [REFUSING]).place is Place.SUSPENDED
    assert standing_of(STATIC, None, None, ()).place is Place.THERE


def test_the_reason_names_the_object() -> None:
    """People want to know what is in the way."""
    key = ObjectKey("", "ConfigMap", "default", "a")
    result = ObjectResult(key, SetName("s"), Action.SKIPPED, "a webhook says no", RoundState.FAILED)
    report = replace(REPORT, state=RoundState.FAILED, results=(result,))
    assert "a webhook says no" in standing_of(REAL, TARGET, report, ()).reason
    assert str(key) in standing_of(REAL, TARGET, report, ()).reason


@pytest.mark.parametrize(
    ("proxies", "least", "verdict"),
    [
        ([PROXY], 1, Verdict.SUCCESSFUL),
        ([PROXY], 2, Verdict.INCONCLUSIVE),
        ([replace(PROXY, carried=False)], 1, Verdict.INCONCLUSIVE),
        ([], 1, Verdict.INCONCLUSIVE),
        ([], 0, Verdict.SUCCESSFUL),
        ([PROXY, BEHIND], 1, Verdict.INCONCLUSIVE),
        ([PROXY, REFUSING], 1, Verdict.FAILED),
        ([PROXY, replace(REFUSING, about=OLD)], 1, Verdict.INCONCLUSIVE),
        ([PROXY, replace(REFUSING, status=SyncStatus.GONE)], 1, Verdict.SUCCESSFUL),
    ],
)
def test_live_is_proved_by_those_who_carried_the_change(
    proxies: list[ProxyRecord], least: int, verdict: Verdict
) -> None:
    """A proxy that holds nothing that changed proves nothing."""
    assert live(LiveGate(min_carried=least), NEW, proxies).verdict is verdict


@pytest.mark.parametrize(
    ("type_", "status", "places", "verdict"),
    [
        ("Ready", "True", [Place.THERE, Place.THERE], Verdict.SUCCESSFUL),
        ("Ready", "True", [Place.THERE, Place.ON_ITS_WAY], Verdict.INCONCLUSIVE),
        ("Ready", "True", [Place.SUSPENDED, Place.ON_ITS_WAY], Verdict.FAILED),
        ("Reachable", "True", [Place.UNREACHABLE], Verdict.FAILED),
        ("Reachable", "False", [Place.UNREACHABLE], Verdict.SUCCESSFUL),
        ("Accepted", "True", [Place.UNREACHABLE], Verdict.INCONCLUSIVE),
        ("Accepted", "True", [Place.REFUSED], Verdict.FAILED),
        ("Ready", "True", [], Verdict.INCONCLUSIVE),
    ],
)
def test_conditions_are_known_or_say_nothing(
    type_: Any, status: Any, places: list[Place], verdict: Verdict
) -> None:
    """Of all clusters of the wave."""
    standings = {ClusterName(f"c{number}"): Standing(one) for number, one in enumerate(places)}
    assert condition(ConditionGate(type=type_, status=status), standings).verdict is verdict


def replace_spec(**fields: Any) -> Cluster:
    """Return the static cluster with other fields."""
    return Cluster(metadata=Metadata(name="east"), spec=ClusterSpec(**fields))
