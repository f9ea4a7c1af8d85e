"""Matches of earlier rules, indexed so that a long list is not compared pair by pair."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from libs.lint.covering import includes, path_of
from libs.meshapi.virtualservice import HTTPMatchRequest


@dataclass(slots=True)
class Earlier:
    """Matches by their path, so that a long list is not compared pair by pair."""

    by_prefix: dict[str, list[tuple[int, HTTPMatchRequest]]] = field(default_factory=dict)
    by_text: dict[tuple[str | None, str | None], list[tuple[int, HTTPMatchRequest]]] = field(
        default_factory=dict
    )
    lengths: set[int] = field(default_factory=set)

    def add(self, rule: int, match: HTTPMatchRequest) -> None:
        """Remember a match of a rule."""
        path = path_of(match)
        if path.prefix is not None:
            self.by_prefix.setdefault(path.prefix.lower(), []).append((rule, match))
            self.lengths.add(len(path.prefix))
        else:
            exact = path.exact.lower() if path.exact is not None else None
            self.by_text.setdefault((exact, path.regex), []).append((rule, match))

    def taking(self, match: HTTPMatchRequest) -> int | None:
        """Return the first rule that takes every request of `match`; None when none does."""
        taken = (rule for rule, former in self._near(match) if includes(former, match))
        return min(taken, default=None)

    def _near(self, match: HTTPMatchRequest) -> Iterator[tuple[int, HTTPMatchRequest]]:
        path = path_of(match)
        exact = path.exact.lower() if path.exact is not None else None
        text = exact if exact is not None else (path.prefix or "/").lower()
        for length in self.lengths:
            if length <= len(text):
                yield from self.by_prefix.get(text[:length], ())
        if path.prefix is None:
            yield from self.by_text.get((exact, path.regex), ())
