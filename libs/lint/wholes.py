"""Checks that look at whole clusters: they run again when anything that they asked for changed."""

from collections.abc import Iterator, Sequence

from libs.desired.finding import Finding
from libs.desired.fleetview import FleetView
from libs.desired.select import sets_for
from libs.kernel.ids import ClusterName, SetName
from libs.lint.clusterview import ClusterView
from libs.lint.folding import fold
from libs.lint.index import Fact
from libs.lint.interface import Check
from libs.lint.judging import Views

_Known = dict[tuple[int, ClusterName], tuple[frozenset[Fact], tuple[Finding, ...]]]


class Wholes:
    """What checks of whole clusters have found, by check and cluster."""

    def __init__(self, checks: Sequence[Check]) -> None:
        """Begin without a result."""
        self._checks = checks
        self._known: _Known = {}

    def findings(self, view: FleetView, views: Views, touched: set[Fact]) -> Iterator[Finding]:
        """Run what has to run; say what all clusters of a set have once."""
        self._known = {
            (number, name): self._result(number, name, views[name], touched)
            for number in range(len(self._checks))
            for name in views
        }
        placed = _placed(view) if self._checks else {}
        found: dict[Finding, list[ClusterName]] = {}
        for (_, name), (_, some) in self._known.items():
            for one in some:
                found.setdefault(one, []).append(name)
        for one, names in found.items():
            yield fold(one, names, placed.get(one.sets[0], 0))

    def _result(
        self, number: int, name: ClusterName, view: ClusterView, touched: set[Fact]
    ) -> tuple[frozenset[Fact], tuple[Finding, ...]]:
        known = self._known.get((number, name))
        if known is not None and known[0].isdisjoint(touched):
            return known
        view.answers.reads = {}
        found = tuple(self._checks[number](view))
        return frozenset(view.answers.reads), found


def _placed(view: FleetView) -> dict[SetName, int]:
    """Return how many clusters get each set."""
    counts: dict[SetName, int] = {}
    for cluster in view.clusters:
        for name in sets_for(cluster, view):
            counts[name] = counts.get(name, 0) + 1
    return counts
