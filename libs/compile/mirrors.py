"""Copies of requests: which clusters get one, and of how many requests."""

from collections.abc import Iterator

from protogen.envoy.config.route.v3 import route_components_pb2 as rc

from libs.compile.rules import RouteRules
from libs.compile.view import Place, destination_cluster
from libs.envoy import names, route
from libs.meshapi.virtualservice import Destination, HTTPRoute, Percentage

_ALL = 100.0


def add(action: rc.RouteAction, rule: HTTPRoute, rules: RouteRules, place: Place) -> None:
    """Add the rule's mirrors; one that leads nowhere gets nothing and the request goes on."""
    for destination, percent in _shares(rule):
        cluster = destination_cluster(place, destination, rules.namespace, rules.key)
        if percent > 0 and cluster != names.BLACK_HOLE:
            route.mirror(action, cluster, percent)


def _shares(rule: HTTPRoute) -> Iterator[tuple[Destination, float]]:
    """The list counts before the single mirror, whose share has three spellings."""
    if rule.mirrors:
        for one in rule.mirrors:
            yield one.destination, _percent(one.percentage)
    elif rule.mirror is not None:
        old = rule.mirrored_percent if rule.mirrored_percent is not None else rule.mirror_percent
        spelled = Percentage(value=float(min(old, 100))) if old is not None else None
        yield rule.mirror, _percent(rule.mirror_percentage or spelled)


def _percent(share: Percentage | None) -> float:
    return _ALL if share is None else share.value
