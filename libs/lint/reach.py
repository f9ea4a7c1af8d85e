"""Rules of one VirtualService that no request can reach, because earlier ones take it."""

from collections.abc import Iterator

from libs.desired.finding import Finding
from libs.lint import rules
from libs.lint.clusterview import ClusterView
from libs.lint.covering import EVERYTHING
from libs.lint.earlier import Earlier
from libs.lint.interface import each
from libs.lint.subject import Path, Subject, report
from libs.meshapi.virtualservice import VirtualService


def check(_view: ClusterView, one: Subject[VirtualService]) -> Iterator[Finding]:
    """Compare every rule with those before it."""
    earlier = Earlier()
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
