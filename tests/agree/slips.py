"""Small mistakes that a compiler could have: Envoy runs what it makes, the right one is asked."""

from typing import Any

from protogen.envoy.config.route.v3 import route_components_pb2 as rc

from libs.compile import (
    actions,
    crossorigin,
    delegates,
    listeners,
    outbound,
    ratelimits,
    retries,
    routes,
    servertls,
    streams,
)
from libs.envoy.headers import HeaderChanges
from libs.envoy.names import BLACK_HOLE
from tests.agree.mutations import Mutation


def _other_shares(right: Any) -> Any:
    def mutated(destinations: Any) -> Any:
        without = [one for one in destinations if not one.weight]
        return without if 0 < len(without) < len(destinations) else right(destinations)

    return mutated


def _next_subset(right: Any) -> Any:
    return lambda *place: right(*place).replace("|v1|", "|v2|")


def _without_headers(right: Any) -> Any:
    def mutated(match: Any) -> rc.RouteMatch:
        made: rc.RouteMatch = right(match)
        made.ClearField("headers")
        return made

    return mutated


def _without_parameters(right: Any) -> Any:
    def mutated(match: Any) -> rc.RouteMatch:
        made: rc.RouteMatch = right(match)
        made.ClearField("query_parameters")
        return made

    return mutated


def _paths_as_prefixes(right: Any) -> Any:
    def mutated(match: Any) -> rc.RouteMatch:
        made: rc.RouteMatch = right(match)
        if made.path:
            made.prefix = made.path
        return made

    return mutated


def _nothing_removed(right: Any) -> Any:
    def mutated(operations: Any) -> HeaderChanges:
        made: HeaderChanges = right(operations)
        return HeaderChanges(made.set, made.add)

    return mutated


def _no_limit(right: Any) -> Any:
    def mutated(*place: Any) -> rc.RouteAction:
        made: rc.RouteAction = right(*place)
        made.timeout.FromSeconds(0)
        return made

    return mutated


def _no_origins(right: Any) -> Any:
    def mutated(written: Any) -> Any:
        made = right(written)
        made.ClearField("allow_origin_string_match")
        return made

    return mutated


def _first_share(right: Any) -> Any:
    return lambda destinations, *place: right(destinations[:1], *place)


def _always(result: Any) -> Any:
    return lambda _: lambda *_args, **_words: result


SLIPS = (
    Mutation("shares are swapped", actions, "_weighted", _other_shares),
    Mutation("destinations have the next subset", actions, "destination_cluster", _next_subset),
    Mutation("conditions on headers are lost", routes, "condition", _without_headers),
    Mutation("conditions on parameters are lost", routes, "condition", _without_parameters),
    Mutation("exact paths are prefixes", routes, "condition", _paths_as_prefixes),
    Mutation("rules count at every gateway", routes, "can_hold", _always(result=True)),
    Mutation("nothing is tried again", retries, "policy", _always(None)),
    Mutation("rules have no timeouts", actions, "_forward", _no_limit),
    Mutation("headers are not removed", actions, "_changes", _nothing_removed),
    Mutation("rules inject no faults", actions, "_fault", _always(None)),
    Mutation("no origin is permitted", crossorigin, "policy", _no_origins),
    Mutation("connections have no shares", streams, "_forward", _first_share, "connections"),
    Mutation(
        "connections meet every rule", streams, "_can_hold", _always(result=True), "connections"
    ),
    Mutation("no client has to show itself", servertls, "_clients", _always(None), "edges"),
    Mutation("delegates have no rules", delegates, "_rules", _always(())),
    Mutation("services have no short names", outbound, "short_names", _always(())),
    Mutation(
        "nothing undeclared is called", listeners, "undeclared", _always(BLACK_HOLE), "intercepted"
    ),
    Mutation("limits are for every port", ratelimits, "_ports", _always(None), "limited"),
    Mutation("limits have no overrides", ratelimits, "_override", _always(None), "limited"),
)
