"""One object before all of its checks: in each of its clusters, and across them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from libs.desired.finding import Finding
from libs.kernel.ids import ClusterName
from libs.lint.clusterview import ClusterView
from libs.lint.facts import Facts
from libs.lint.folding import fold
from libs.lint.index import Fact, HasKey, Index
from libs.lint.interface import FleetCheck, ObjectCheck
from libs.lint.subject import Subject
from libs.meshapi.meshobject import MeshObject

Views = Mapping[ClusterName, ClusterView]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found about an object, and which facts that depends on."""

    findings: tuple[Finding, ...]
    facts: tuple[Fact, ...]


@dataclass(slots=True)
class Bench:
    """The checks of each kind of object."""

    in_clusters: dict[type[MeshObject], list[ObjectCheck]] = field(default_factory=dict)
    across: dict[type[MeshObject], list[FleetCheck]] = field(default_factory=dict)

    def add(self, check: ObjectCheck | FleetCheck) -> None:
        """Add a check."""
        if isinstance(check, ObjectCheck):
            self.in_clusters.setdefault(check.kind, []).append(check)
        else:
            self.across.setdefault(check.kind, []).append(check)

    def judge(self, one: Subject[Any], views: Views, facts: Facts) -> Verdict:
        """Look at an object; clusters that answer alike are looked at once."""
        kind = type(one.object)
        asked: dict[Fact, object] = {}
        found: dict[Finding, list[ClusterName]] = {}
        pending = sorted(one.clusters) if kind in self.in_clusters else []
        while pending:
            mine, reads = _looked(views[pending[0]], one, self.in_clusters[kind])
            alike = _alike(one, reads, pending, views, facts)
            for each in mine:
                found.setdefault(each, []).extend(alike)
            asked.update(reads)
            pending = [name for name in pending if name not in alike]
        folded = [fold(each, names, one.count) for each, names in found.items()]
        folded.extend(self._across(one, views, asked))
        return Verdict(tuple(folded), tuple(asked))

    def _across(
        self, one: Subject[Any], views: Views, asked: dict[Fact, object]
    ) -> Iterator[Finding]:
        checks = self.across.get(type(one.object), ())
        mine = [views[name] for name in sorted(one.clusters)] if checks else []
        for each in mine:
            each.answers.reads = {}
        for check in checks:
            yield from check.run(mine, one)
        for each in mine:
            asked.update(each.answers.reads)


def _looked(
    view: ClusterView, one: Subject[Any], checks: Iterable[ObjectCheck]
) -> tuple[list[Finding], dict[Fact, object]]:
    view.answers.reads = {}
    found = [each for check in checks for each in check.run(view, one)]
    return found, view.answers.reads


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
