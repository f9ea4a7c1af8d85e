"""Which objects' findings depend on which facts."""

from collections.abc import Iterable
from typing import Any

from libs.lint.index import Fact
from libs.lint.subject import Subject


class Readers:
    """Both ways: from a fact to its readers, and from a reader to its facts."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._readers: dict[Fact, dict[Subject[Any], None]] = {}
        self._facts: dict[Subject[Any], tuple[Fact, ...]] = {}

    def note(self, reader: Subject[Any], facts: Iterable[Fact]) -> None:
        """Remember what the newest look at an object depends on, and nothing older."""
        self.forget(reader)
        self._facts[reader] = tuple(facts)
        for fact in self._facts[reader]:
            self._readers.setdefault(fact, {})[reader] = None

    def forget(self, reader: Subject[Any]) -> None:
        """Forget an object."""
        for fact in self._facts.pop(reader, ()):
            others = self._readers[fact]
            del others[reader]
            if not others:
                del self._readers[fact]

    def of(self, facts: Iterable[Fact]) -> dict[Subject[Any], None]:
        """Return all objects that depend on one of the facts."""
        return {one: None for fact in facts for one in self._readers.get(fact, ())}
