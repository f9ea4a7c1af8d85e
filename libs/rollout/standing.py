"""How a cluster stands to the target that it has."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from libs.kernel.inventory import ClusterReport, RoundState
from libs.kernel.proxies import ProxyRecord, SyncStatus
from libs.kernel.revisions import Target
from libs.meshapi.fleet import Cluster


class Place(StrEnum):
    """Where a cluster is on the way to its target; a closed set."""

    THERE = "there"
    """everything of the target is in effect"""
    ON_ITS_WAY = "on its way"
    REFUSED = "refused"
    """the cluster, or a proxy of it, does not take what the target says"""
    UNREACHABLE = "unreachable"
    """nobody knows; it catches up when it is back, because its target waits for it"""
    SUSPENDED = "suspended"
    """its owner wants nothing written to it now; it catches up afterwards"""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a cluster is, and one sentence why where it is not there."""

    place: Place
    reason: str = ""


UNKNOWN = Standing(Place.UNREACHABLE, "nothing is known of it")
SETTLED = frozenset({Place.THERE, Place.REFUSED, Place.UNREACHABLE, Place.SUSPENDED})
"""Nothing is gained by waiting for these."""


def standing_of(
    cluster: Cluster,
    target: Target | None,
    report: ClusterReport | None,
    proxies: Iterable[ProxyRecord],
) -> Standing:
    """Say how a cluster stands to its target, by its last round and by its connected proxies.

    A cluster without an API server has no rounds. `proxies` are those of the cluster.
    """
    if cluster.spec.suspend:
        return Standing(Place.SUSPENDED, "its owner suspended it")
    if target is None:
        # Nobody works on a cluster without a target, so what was said of it before is no news.
        return Standing(Place.THERE)
    if cluster.spec.connection.static is None:
        found = _by_report(target, report)
        if found.place is not Place.THERE:
            return found
    return _by_proxies(target, proxies)


def _by_report(target: Target, report: ClusterReport | None) -> Standing:
    if report is None:
        return Standing(Place.ON_ITS_WAY, "no round has ended yet")
    if report.state is RoundState.FAILED and not report.plan:
        return Standing(Place.UNREACHABLE, report.reason)
    if (report.revision, report.generation) != (target.revision, target.generation):
        return Standing(Place.ON_ITS_WAY, "its last round was for another target")
    place = _PLACES.get(report.state, Place.THERE)
    return Standing(place, "" if place is Place.THERE else _why(report))


_PLACES = {
    RoundState.SUSPENDED: Place.SUSPENDED,
    RoundState.FAILED: Place.REFUSED,
    RoundState.WAITING: Place.ON_ITS_WAY,
    RoundState.HELD: Place.ON_ITS_WAY,
}


def _by_proxies(target: Target, proxies: Iterable[ProxyRecord]) -> Standing:
    connected = [one for one in proxies if one.status is not SyncStatus.GONE]
    for one in connected:
        if one.status is SyncStatus.REFUSED and one.about == target.revision:
            return Standing(Place.REFUSED, f"{one.id}: {one.error or 'no reason given'}")
    behind = [one for one in connected if one.live_revision != target.revision]
    if behind:
        text = f"{len(behind)} of {len(connected)} proxies are not live on it"
        return Standing(Place.ON_ITS_WAY, text)
    return Standing(Place.THERE)


def _why(report: ClusterReport) -> str:
    worst = next((one for one in report.results if one.state is report.state), None)
    return f"{worst.key}: {worst.reason}" if worst is not None else report.reason
