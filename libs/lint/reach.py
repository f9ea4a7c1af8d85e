"""Rules of one VirtualService that no request can reach, because earlier ones take it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from libs.desired.finding import Finding
from libs.lint import rules
from libs.lint.clusterview import ClusterView
from libs.lint.covering import EVERYTHING, includes, path_of
from libs.lint.interface import each
from libs.lint.subject import Path, Subject, report
from libs.meshapi.virtualservice import HTTPMatchRequest, VirtualService


@dataclass(slots=True)
class _Earlier:
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


def check(_view: ClusterView, one: Subject[VirtualService]) -> Iterator[Finding]:
    """Compare every rule with those before it."""
    earlier = _Earlier()
    for index, rule in enumerate(one.object.spec.http):
        matches = rule.match or (EVERYTHING,)
        takers = [earlier.taking(match) for match in matches]
        path: Path = ("spec", "http", index)
        named = f"rule `{rule.name}`" if rule.name else f"rule {index + 1}"
        if None not in takers:
            text = f"{named} is never reached: {_list(takers)} before it; move it up or remove it"
            yield report(rules.NEVER_REACHED, one, path, text)
        else:
            for number, taker in enumerate(takers):
                if taker is not None:
                    text = f"this match of {named} has no effect: {_list([taker])} before it"
                    place = (*path, "match", number)
                    yield report(rules.MATCH_WITHOUT_EFFECT, one, place, text)
        for match in matches:
            earlier.add(index, match)


CHECKS = (each(VirtualService, check),)


def _list(takers: list[int | None]) -> str:
    numbers = sorted({taker + 1 for taker in takers if taker is not None})
    if len(numbers) == 1:
        return f"rule {numbers[0]} takes all of its requests"
    return f"rules {', '.join(map(str, numbers))} take all of its requests"
