"""Rules that no request can reach, because other VirtualServices of a gateway's host come first.

A gateway puts the rules of all VirtualServices for a host one behind the other, the oldest first,
and those that take everything last. Where no order is stated, `order` speaks instead.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from libs.compile.rules import gateway_name
from libs.desired.finding import Finding
from libs.lint import rules
from libs.lint.clusterview import ClusterView
from libs.lint.covering import EVERYTHING, takes_everything
from libs.lint.earlier import Earlier
from libs.lint.gatewayhosts import bound_gateways, full_hosts, served
from libs.lint.interface import each
from libs.lint.order import is_stated, older_at
from libs.lint.subject import Subject, report
from libs.meshapi.virtualservice import HTTPMatchRequest, VirtualService

_Place = tuple[str, str]
_EVERYWHERE = ()


@dataclass(frozen=True, slots=True)
class _Rule:
    """A rule at a gateway: its object, its number, and the matches that can hold there."""

    by: Subject[VirtualService]
    index: int
    matches: Sequence[HTTPMatchRequest]

    @property
    def name(self) -> str:
        """What users call it."""
        name = self.by.object.spec.http[self.index].name
        return f"rule `{name}`" if name else f"rule {self.index + 1}"


def check(view: ClusterView, one: Subject[VirtualService]) -> Iterator[Finding]:
    """Follow the older rules of every host of every gateway up to those of a VirtualService."""
    reported: set[int] = set()
    for gateway in bound_gateways(view, one):
        for host in full_hosts(view, one):
            for common in sorted(served(gateway, host, one.namespace)):
                older = tuple(older_at(view, gateway, common, one))
                place = (f"{gateway.namespace}/{gateway.key.name}", common)
                for rule, takers in _taken(_in_order(place, (*older, one))) if older else ():
                    if rule.by is one and rule.index not in reported:
                        reported.add(rule.index)
                        yield _never(place, rule, takers)


CHECKS = (each(VirtualService, check),)


def _in_order(place: _Place, services: Sequence[Subject[VirtualService]]) -> Sequence[_Rule]:
    """Return all rules as the gateway puts them: those that take everything last."""
    found = [
        _Rule(one, index, _at(place[0], one, rule.match))
        for one in services
        for index, rule in enumerate(one.object.spec.http)
    ]
    first = [rule for rule in found if not any(map(takes_everything, rule.matches))]
    last = [rule for rule in found if any(map(takes_everything, rule.matches))]
    return [*first, *last]


def _at(
    gateway: str, one: Subject[VirtualService], matches: Sequence[HTTPMatchRequest]
) -> Sequence[HTTPMatchRequest]:
    """Return the matches that can hold at a gateway, as if they were for every one."""
    if not matches:
        return (EVERYTHING,)
    found = []
    for match in matches:
        names = {gateway_name(name, one.namespace) for name in match.gateways}
        if not names or gateway in names:
            found.append(match.model_copy(update={"gateways": _EVERYWHERE}))
    return tuple(found)


def _taken(ordered: Sequence[_Rule]) -> Iterator[tuple[_Rule, Sequence[_Rule]]]:
    """Return the rules that others take everything of, not only those of their own object."""
    earlier = Earlier()
    for number, rule in enumerate(ordered):
        takers = [earlier.taking(match) for match in rule.matches]
        found = [ordered[taker] for taker in takers if taker is not None]
        others = [taker for taker in found if taker.by is not rule.by]
        settled = all(is_stated(taker.by.object, rule.by.object) for taker in others)
        if found and len(found) == len(takers) and others and settled:
            yield rule, others
        for match in rule.matches:
            earlier.add(number, match)


def _never(place: _Place, rule: _Rule, takers: Sequence[_Rule]) -> Finding:
    gateway, host = place
    names = dict.fromkeys(f"{taker.name} of {taker.by.key}" for taker in takers)
    verb = "takes" if len(names) == 1 else "take"
    text = (
        f"{rule.name} is never reached for `{host}` at gateway `{gateway}`: "
        f"{' and '.join(names)} {verb} all of its requests before it; move it up with a higher "
        "priority, or remove it"
    )
    others = list({id(taker.by): taker.by for taker in takers}.values())
    return report(rules.NEVER_REACHED_MERGED, rule.by, ("spec", "http", rule.index), text, others)
