"""Which findings depend on which facts."""

from collections.abc import Iterable

from libs.lint.index import Fact
from libs.lint.judging import Task


class Readers:
    """Both ways: from a fact to its readers, and from a reader to its facts."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._readers: dict[Fact, dict[Task, None]] = {}
        self._facts: dict[Task, tuple[Fact, ...]] = {}

    def note(self, reader: Task, facts: Iterable[Fact]) -> None:
        """Remember what the newest look at something depends on, and nothing older."""
        self.forget(reader)
        noted = tuple(facts)
        if noted:
            self._facts[reader] = noted
        for fact in noted:
            self._readers.setdefault(fact, {})[reader] = None

    def forget(self, reader: Task) -> None:
        """Forget somebody."""
        for fact in self._facts.pop(reader, ()):
            others = self._readers[fact]
            del others[reader]
            if not others:
                del self._readers[fact]

    def of(self, facts: Iterable[Fact]) -> dict[Task, None]:
        """Return all who depend on one of the facts."""
        return {one: None for fact in facts for one in self._readers.get(fact, ())}
