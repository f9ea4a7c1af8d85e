"""Tests of how a plan is carried out: order, notes before and after, and being stopped."""

import itertools

import pytest

from libs.kernel.inventory import Phase, RoundState
from libs.kernel.looperrors import WaitingError
from libs.ports.kubecluster import Apply, Delete, Refusal, Refused
from services.reconciler.tests.places import NAME, Place, config_map, key, told

SECRET = """\
---
apiVersion: v1
kind: Secret
metadata: {name: s}
stringData: {password: correct-horse-battery}
"""


class KilledError(Exception):
    """Ends a process at a durable step."""


class DeadlySteps:
    """`Steps` that end the process at the n-th step."""

    def __init__(self, survives: int) -> None:
        """Live through so many steps."""
        self.left = survives

    def reached(self, step: str) -> None:
        """Die when it is time."""
        if self.left == 0:
            raise KilledError(step)
        self.left -= 1


def test_all_dry_runs_of_a_layer_come_before_its_first_write() -> None:
    """And what may be written is in the inventory before it is."""
    place = Place()
    phases: list[set[Phase]] = []

    def look(write: object) -> None:
        if isinstance(write, Apply):
            phases.append({one.phase for one in place.store.inventory(NAME)})

    place.cluster.interrupt = look
    place.commits.commit({"shop": "".join(config_map(f"c{n}") for n in range(4))})
    place.settle()
    assert [dry for _, dry in place.written()] == [True] * 4 + [False] * 4
    assert phases == [set()] * 4 + [{Phase.APPLYING}] * 4
    assert {one.phase for one in place.store.inventory(NAME)} == {Phase.APPLIED}


@pytest.mark.parametrize("survives", range(10))
def test_a_kill_at_any_step_orphans_nothing(survives: int) -> None:
    """The next process converges, and an object that git dropped meanwhile is gone."""
    place = Place(steps=DeadlySteps(survives))
    place.commits.commit({"shop": config_map("a") + config_map("b")})
    try:
        place.round()
        place.commits.commit({"shop": config_map("b", "2") + config_map("c")})
        place.round()
    except KilledError:
        place.commits.commit({"shop": config_map("b", "2") + config_map("c")})
    place.steps = DeadlySteps(10**6)
    place.restart()
    place.round()
    assert place.names() == ["b", "c"]
    assert place.value("b") == "2"
    assert {one.key.name for one in place.store.inventory(NAME)} == {"b", "c"}


def test_an_immutable_field_is_changed_only_where_git_allows_it() -> None:
    """Refused with the advice; with the annotation the object is deleted and made anew."""
    deployment = (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d, annotations: {%s}}\n"
        "spec: {selector: {matchLabels: {a: %s}}, template: {metadata: {labels: {a: %s}},"
        " spec: {containers: [{name: c}]}}}\n"
    )
    place = Place()
    place.commits.commit({"shop": deployment % ("", "one", "one")})
    place.settle()
    before = place.server.objects[key("Deployment", "d", "apps")].uid
    place.commits.commit({"shop": deployment % ("", "two", "two")})
    report = place.settle()
    assert report.state is RoundState.FAILED
    assert "periplus.io/recreate: allowed" in report.results[0].reason
    place.commits.commit({"shop": deployment % ("periplus.io/recreate: allowed", "two", "two")})
    place.settle()
    assert place.server.objects[key("Deployment", "d", "apps")].uid != before


def test_a_newer_target_stops_between_layers() -> None:
    """What follows is left to the next plan; nothing of the old one is written over the new."""
    place = Place()
    routes = (
        "---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: v}\n"
        "spec: {hosts: [v], http: [{route: [{destination: {host: v}}]}]}\n"
    )

    def newer(write: object) -> None:
        if isinstance(write, Apply) and len(place.commits.revisions) == 1:
            place.commits.commit({"shop": config_map("a", "2")})

    place.cluster.interrupt = newer
    place.commits.commit({"shop": config_map("a") + routes})
    report = place.settle()
    assert "newer target" in report.reason
    assert told(place.written()) == []
    place.settle()
    assert place.value("a") == "2"
    assert place.names("VirtualService") == []


def _lease(looks_left: int) -> float:
    """Return a deadline far away until the cluster is somebody else's."""
    if looks_left <= 0:
        raise WaitingError("another process owns the cluster", 5.0)
    return 1e9


def test_nobody_writes_after_his_lease() -> None:
    """Wherever in the round it ends, nothing reaches the server or the store from then on."""
    for looks in range(5):
        place, left = Place(), itertools.count(looks, -1)
        place.restart(lambda left=left: _lease(next(left)))  # type: ignore[misc]
        place.commits.commit({"shop": config_map("a")})
        with pytest.raises(WaitingError, match="another process"):
            place.round()
        assert told(place.written()) == []
        assert not place.store.reports()
    place = Place()
    place.restart(place.clock.monotonic_s)
    place.commits.commit({"shop": config_map("a")})
    place.settle()
    assert told(place.written()) == []


def test_a_webhook_without_dry_run_is_written_unverified() -> None:
    """It is said that nobody could tell beforehand."""
    place = Place()

    def refuse(write: object) -> Refused | None:
        dry = isinstance(write, Apply) and not place.cluster.writes
        place.cluster.writes += [(write, True)] if dry else []  # type: ignore[list-item]
        return Refused(Refusal.NO_DRY_RUN, "side effects") if dry else None

    place.cluster.interrupt = refuse
    place.commits.commit({"shop": config_map("a")})
    assert "no dry run" in place.settle().results[0].reason
    assert place.names() == ["a"]


def test_a_refused_deletion_stays_in_the_inventory() -> None:
    """It is tried again later, and not forgotten."""
    place = Place()
    place.commits.commit({"shop": config_map("a") + config_map("b")})
    place.settle()

    def refuse(write: object) -> Refused | None:
        return Refused(Refusal.REJECTED, "keep it") if isinstance(write, Delete) else None

    place.cluster.interrupt = refuse
    place.commits.commit({"shop": config_map("b")})
    assert place.settle().results[0].reason == "keep it"
    records = {one.key.name: one.phase for one in place.store.inventory(NAME)}
    assert records == {"a": Phase.APPLIED, "b": Phase.APPLIED}


def test_no_report_has_the_value_of_a_secret() -> None:
    """Even where the server quotes it in its error."""
    place = Place()
    place.server.admissions.append(
        lambda _: Refused(Refusal.REJECTED, "correct-horse-battery is too short")
    )
    place.commits.commit({"shop": SECRET})
    report = place.settle()
    assert report.results[0].reason == "*** is too short"
    assert "correct-horse" not in repr(place.store.reports())
