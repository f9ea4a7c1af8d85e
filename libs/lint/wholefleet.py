"""What a check across clusters sees."""

from collections.abc import Hashable, Sequence
from typing import TypeVar

from libs.lint.clusterview import ClusterView
from libs.lint.facts import Facts
from libs.lint.index import Fact, Index
from libs.lint.subject import Subject
from libs.meshapi.meshobject import MeshObject

Kind = TypeVar("Kind", bound=MeshObject)


class WholeFleet:
    """All clusters of a fleet at one moment, by name, and all objects, whoever gets them."""

    def __init__(self, clusters: Sequence[ClusterView], facts: Facts) -> None:
        """Begin without a question to anybody."""
        self.clusters = clusters
        self._facts = facts
        self._reads: dict[Fact, None] = {}
        for one in clusters:
            one.answers.reads = {}

    def find(self, index: Index[Kind], key: Hashable) -> Sequence[Subject[Kind]]:
        """Return the objects under a key of an index, those of no cluster as well."""
        self._reads[(index, key)] = None
        return self._facts.find(index, key)

    @property
    def reads(self) -> tuple[Fact, ...]:
        """The facts that were asked for, here and in every cluster."""
        asked = (fact for one in self.clusters for fact in one.answers.reads)
        return (*dict.fromkeys((*self._reads, *asked)),)
