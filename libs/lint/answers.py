"""What one cluster answers to questions, and which questions a check has put to it."""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

from libs.kernel.ids import ClusterName
from libs.lint.facts import Facts
from libs.lint.index import Circumstance, Fact, HasKey, Index, KeysOf, every
from libs.lint.subject import Subject
from libs.meshapi.fleet import MeshSettings
from libs.meshapi.meshobject import MeshObject

Kind = TypeVar("Kind", bound=MeshObject)
Argument = TypeVar("Argument", bound=Hashable)
Value = TypeVar("Value")


class Answers:
    """One cluster of a fleet at one moment.

    `reads` are the facts that were asked for since somebody last replaced it, with the answers.
    """

    def __init__(
        self,
        name: ClusterName,
        facts: Facts,
        settings: MeshSettings,
        circumstances: dict[Circumstance, bool],
    ) -> None:
        """Answer from the objects in `facts` that cluster `name` gets."""
        self.reads: dict[Fact, object] = {}
        self.settings = settings
        self.domain = facts.domain
        self._name = name
        self._facts = facts
        self._circumstances = circumstances
        self._derived: dict[tuple[Any, Hashable], tuple[Any, dict[Fact, object]]] = {}

    def find(self, index: Index[Kind], key: Hashable) -> tuple[Subject[Kind], ...]:
        """Return the objects under a key of an index, the oldest first."""
        found = self._find(index, key)
        self.reads[(index, key)] = found
        return found

    def of(self, kind: type[Kind]) -> tuple[Subject[Kind], ...]:
        """Return all objects of a kind, the oldest first."""
        return self.find(every(kind), None)

    def keys(self, index: Index[Any]) -> frozenset[Hashable]:
        """Return the keys under which an index has an object."""
        found = self.reads[(KeysOf(index), None)] = self._facts.keys(index, self._name)
        return found

    def has(self, index: Index[Any], key: Hashable) -> bool:
        """Say whether there is an object under a key of an index."""
        found = self.reads[(HasKey(index), key)] = self._has(index, key)
        return found

    def is_so(self, circumstance: Circumstance) -> bool:
        """Say whether something holds for the cluster."""
        found = self.reads[(circumstance, None)] = self._circumstances[circumstance]
        return found

    def derive(self, make: Callable[["Answers", Argument], Value], argument: Argument) -> Value:
        """Return what a function of a module makes of the cluster and an argument; made once."""
        known = self._derived.get((make, argument))
        if known is None:
            outer, self.reads = self.reads, {}
            value = make(self, argument)
            known = self._derived[(make, argument)] = (value, self.reads)
            self.reads = outer
        self.reads.update(known[1])
        return cast("Value", known[0])

    def answer(self, fact: Fact) -> object:
        """Return the answer to a question that was put to another cluster, without noting it."""
        source, key = fact
        if isinstance(source, Index):
            return self._find(source, key)
        if isinstance(source, KeysOf):
            return self._facts.keys(source.index, self._name)
        if isinstance(source, HasKey):
            return self._has(source.index, key)
        return self._circumstances[source]

    def _find(self, index: Index[Any], key: Hashable) -> tuple[Subject[Any], ...]:
        found = self._facts.find(index, key)
        if all(self._name in one.clusters for one in found):
            return found
        return tuple(one for one in found if self._name in one.clusters)

    def _has(self, index: Index[Any], key: Hashable) -> bool:
        return any(self._name in one.clusters for one in self._facts.find(index, key))
