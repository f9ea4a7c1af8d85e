"""One object before one check: in each of its clusters, or across them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from libs.desired.finding import Finding
from libs.kernel.ids import ClusterName
from libs.lint.clusterview import ClusterView
from libs.lint.facts import Facts
from libs.lint.folding import fold
from libs.lint.index import Fact, HasKey, Index
from libs.lint.interface import FleetCheck, ObjectCheck
from libs.lint.subject import Subject
from libs.lint.wholefleet import WholeFleet
from libs.meshapi.meshobject import MeshObject

Views = Mapping[ClusterName, ClusterView]
Task = tuple[Subject[Any], ObjectCheck | FleetCheck]
"""An object before one check."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found about an object, and which facts that depends on."""

    findings: tuple[Finding, ...]
    facts: tuple[Fact, ...]


class Bench:
    """The checks of each kind of object."""

    def __init__(self, checks: Iterable[ObjectCheck | FleetCheck]) -> None:
        """Sort the checks by kind."""
        self._of: dict[type[MeshObject], list[ObjectCheck | FleetCheck]] = {}
        for check in checks:
            self._of.setdefault(check.kind, []).append(check)

    def tasks(self, one: Subject[Any]) -> list[Task]:
        """Return what has to be looked at for an object."""
        return [(one, check) for check in self._of.get(type(one.object), ())]


def judge(task: Task, views: Views, facts: Facts) -> Verdict:
    """Put an object before a check; clusters that answer alike are looked at once."""
    one, check = task
    if isinstance(check, FleetCheck):
        fleet = WholeFleet(tuple(views.values()), facts)
        across = tuple(check.run(fleet, one))
        return Verdict(across, fleet.reads)
    asked: dict[Fact, object] = {}
    found: dict[Finding, list[ClusterName]] = {}
    pending: Sequence[ClusterName] = sorted(one.clusters)
    while pending:
        view = views[pending[0]]
        view.answers.reads = {}
        mine = tuple(check.run(view, one))
        reads = view.answers.reads
        alike = _alike(one, reads, pending, views, facts)
        for each in mine:
            found.setdefault(each, []).extend(alike)
        asked.update(reads)
        pending = () if alike is pending else [name for name in pending if name not in alike]
    folded = tuple([fold(each, names, one.count) for each, names in found.items()])
    return Verdict(folded, tuple(asked))


def _alike(
    one: Subject[Any],
    reads: Mapping[Fact, object],
    pending: Sequence[ClusterName],
    views: Views,
    facts: Facts,
) -> Sequence[ClusterName]:
    """Return the clusters that give the same answers as the first one."""
    doubtful = [(fact, answer) for fact, answer in reads.items() if not _same(fact, one, facts)]
    if not doubtful:
        return pending
    first, *others = pending
    return [first, *(name for name in others if _agrees(views[name], doubtful))]


def _agrees(view: ClusterView, reads: Iterable[tuple[Fact, object]]) -> bool:
    for fact, answer in reads:
        other = view.answers.answer(fact)
        if other is not answer and other != answer:
            return False
    return True


def _same(fact: Fact, one: Subject[Any], facts: Facts) -> bool:
    """Say whether all clusters of an object have all the objects that a question is about."""
    source, key = fact
    mine = one.clusters
    if isinstance(source, HasKey):
        found = facts.find(source.index, key)
        return not found or any(each.clusters >= mine for each in found)
    if not isinstance(source, Index):
        return False
    return all(each.clusters is mine or each.clusters >= mine for each in facts.find(source, key))
