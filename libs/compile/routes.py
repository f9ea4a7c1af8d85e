"""A VirtualService's rules as Envoy routes, in their order."""

from collections.abc import Iterator

from protogen.envoy.config.route.v3 import route_components_pb2 as rc

from libs.compile import actions
from libs.compile.conditions import can_hold, condition
from libs.compile.rules import RouteRules
from libs.compile.view import Place
from libs.envoy.matchers import matches_everything
from libs.meshapi.virtualservice import HTTPMatchRequest, HTTPRoute


def routes_of(rules: RouteRules, place: Place) -> list[rc.Route]:
    """Return one route for each alternative that can hold here.

    What comes after a route that takes everything is never reached and left out.
    """
    for problem in rules.problems:
        place.view.ledger.problem(problem)
    built: list[rc.Route] = []
    for rule in rules.http:
        for match in _alternatives(rule, rules, place):
            built.append(_route(rule, match, rules, place))
            if matches_everything(built[-1].match):
                return built
    return built


def _alternatives(
    rule: HTTPRoute, rules: RouteRules, place: Place
) -> Iterator[HTTPMatchRequest | None]:
    if not rule.match:
        yield None
    for match in rule.match:
        if can_hold(match, rules, place):
            yield match


def _route(
    rule: HTTPRoute, match: HTTPMatchRequest | None, rules: RouteRules, place: Place
) -> rc.Route:
    result = rc.Route(
        name=_name(rule, match),
        match=condition(match),
        stat_prefix=match.stat_prefix if match else "",
    )
    actions.apply(result, rule, rules, place)
    return result


def _name(rule: HTTPRoute, match: HTTPMatchRequest | None) -> str:
    """Join the names of rule and alternative, where there are any."""
    return ".".join(name for name in (rule.name, match.name if match else "") if name)


def catch_alls_last(routes: list[rc.Route]) -> list[rc.Route]:
    """Move routes that take everything behind all others; both groups keep their order."""
    return sorted(routes, key=lambda one: matches_everything(one.match))
