"""Every check over every cluster; what is equal in several clusters is said once."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from libs.desired.duplicates import duplicates
from libs.desired.finding import Finding
from libs.desired.fleetview import FleetView
from libs.desired.select import sets_for
from libs.kernel.ids import ClusterName, SetName
from libs.kernel.messages import Message
from libs.lint import (
    destinations,
    gateways,
    order,
    plainsecrets,
    policies,
    reach,
    regexes,
    services,
    sidecars,
    subsets,
    tenancy,
    weights,
)
from libs.lint.clusterview import ClusterView, cluster_view
from libs.meshapi.parsed import ParsedObject

Check = Callable[[ClusterView], Iterable[Finding]]
Contents = Mapping[SetName, Sequence[ParsedObject]]

CHECKS: tuple[Check, ...] = (
    destinations.check,
    subsets.check,
    policies.check,
    gateways.check,
    order.check,
    reach.check,
    regexes.check,
    weights.check,
    sidecars.check,
    services.check,
)
"""One per topic; none knows of another."""


def check(view: FleetView | None, contents: Contents) -> tuple[Message, ...]:
    """Return the messages of `findings`; none without a view, about which others have spoken."""
    return () if view is None else tuple(one.message for one in findings(view, contents))


def findings(view: FleetView, contents: Contents) -> tuple[Finding, ...]:
    """Check the contents of a fleet's sets, by place. Sets that no cluster gets are not looked at.

    Identity and tenancy are checked for every set, wherever it goes.
    """
    found = (
        *tenancy.violations(view, contents),
        *duplicates(view, contents),
        *plainsecrets.check(contents),
        *_folded(view, _by_cluster(view, contents)),
    )
    return tuple(sorted(found, key=lambda one: (one.message.origin, one.message.code)))


def _by_cluster(view: FleetView, contents: Contents) -> Iterator[tuple[ClusterName, Finding]]:
    """Check each cluster; those that get the same are looked at once."""
    known: dict[tuple[object, ...], tuple[Finding, ...]] = {}
    for name in view.clusters:
        filled = tuple(one for one in sets_for(name, view) if contents.get(one))
        alike = (filled, view.clusters[name].spec.connection.static is None)
        if alike not in known:
            cluster = cluster_view(name, view, contents)
            known[alike] = tuple(found for one in CHECKS for found in one(cluster))
        for found in known[alike]:
            yield name, found


def _folded(view: FleetView, found: Iterable[tuple[ClusterName, Finding]]) -> Iterator[Finding]:
    """Join equal findings; one that not every cluster of its set has names those that have it."""
    clusters: dict[Finding, dict[ClusterName, None]] = {}
    for name, one in found:
        clusters.setdefault(one, {})[name] = None
    placed = {name: set(sets_for(name, view)) for name in view.clusters}
    for one, where in clusters.items():
        all_of_set = [name for name, sets in placed.items() if one.sets[0] in sets]
        yield replace(
            one,
            clusters=tuple(where),
            message=one.message if len(where) == len(all_of_set) else _in_some(one, tuple(where)),
        )


def _in_some(one: Finding, where: Sequence[ClusterName]) -> Message:
    noun = "cluster" if len(where) == 1 else "clusters"
    names = ", ".join(f"`{name}`" for name in where)
    return replace(one.message, text=f"in {noun} {names}, {one.message.text}")
