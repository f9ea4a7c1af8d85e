"""What `Store` promises of inventories, reports and confirmations, asked of each kind alike."""

from dataclasses import replace

from libs.kernel.ids import PlanHash
from libs.kernel.inventory import Phase
from libs.ports.store import Store
from tests.contract.storedata import CLUSTERS, a_record, a_report
from tests.contract.storeplaces import StorePlace


def test_an_inventory_is_replaced_by_key_and_cluster(place: StorePlace) -> None:
    """The later record of an object counts, in its own cluster only; they come by key."""
    place.open().record_inventory(CLUSTERS[0], [a_record(2), a_record(1)])
    place.open().record_inventory(CLUSTERS[1], [a_record(2)])
    deleting = a_record(1, Phase.DELETING)
    place.open().record_inventory(CLUSTERS[0], [deleting])
    assert place.open().inventory(CLUSTERS[0]) == [deleting, a_record(2)]
    assert place.open().inventory(CLUSTERS[1]) == [a_record(2)]
    assert place.open().inventory(CLUSTERS[2]) == []


def test_what_is_gone_leaves_the_inventory(store: Store) -> None:
    """Records are dropped with the write that says so, in one cluster; absent ones do no harm."""
    for cluster in CLUSTERS[:2]:
        store.record_inventory(cluster, [a_record(1), a_record(2)])
    store.record_inventory(CLUSTERS[0], [a_record(3)], [a_record(1).key, a_record(9).key])
    assert store.inventory(CLUSTERS[0]) == [a_record(2), a_record(3)]
    assert store.inventory(CLUSTERS[1]) == [a_record(1), a_record(2)]


def test_reports_are_replaced_by_cluster(place: StorePlace) -> None:
    """The newest report of each cluster comes back as it was, by cluster."""
    clean = replace(a_report(CLUSTERS[1]), results=(), counts={}, reason="")
    for report in (clean, a_report(CLUSTERS[0], 1.0), a_report(CLUSTERS[0], 2.0)):
        place.open().record_report(report)
    found = place.open().reports()
    assert [report.cluster for report in found] == [CLUSTERS[0], CLUSTERS[1]]
    assert found[1] == clean
    assert found[0].at_s == 2.0
    assert found[0].results[0].key == a_record(1).key
    assert found[0].counts == a_report(CLUSTERS[0]).counts


def test_a_confirmation_is_of_one_plan(store: Store) -> None:
    """A cluster has one confirmed plan at most, and none when it is taken back."""
    store.confirm(CLUSTERS[0], PlanHash("p1"))
    store.confirm(CLUSTERS[1], PlanHash("p1"))
    store.confirm(CLUSTERS[0], PlanHash("p2"))
    assert store.confirmations() == {CLUSTERS[0]: "p2", CLUSTERS[1]: "p1"}
    store.confirm(CLUSTERS[1], None)
    store.confirm(CLUSTERS[2], None)
    assert store.confirmations() == {CLUSTERS[0]: "p2"}


def test_recording_what_is_known_wakes_nobody(store: Store) -> None:
    """Equal records, reports and confirmations are no change."""
    token = ""
    for _ in range(2):
        token = store.change_token()
        store.record_inventory(CLUSTERS[0], [a_record(1)], [a_record(2).key])
        store.record_report(a_report(CLUSTERS[0]))
        store.confirm(CLUSTERS[0], PlanHash("p1"))
    assert store.change_token() == token
