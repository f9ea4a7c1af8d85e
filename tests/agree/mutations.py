"""Small mistakes that an evaluator could have; random pairs have to catch every one of them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

from libs.routing import (
    actions,
    certificates,
    chains,
    conditions,
    endpoints,
    filters,
    headers,
    hosts,
    limits,
    listeners,
    manager,
    paths,
    texts,
)
from libs.routing.headers import HeaderOp
from libs.routing.request import Request

Wrap = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Mutation:
    """A mistake: a function of a module in other words.

    `scene` is the kind of trial that shows it.
    """

    says: str
    module: ModuleType
    name: str
    wrap: Wrap
    scene: str = "requests"


@contextmanager
def applied(mutation: Mutation) -> Iterator[None]:
    """Make the mistake while the context lasts."""
    right = getattr(mutation.module, mutation.name)
    setattr(mutation.module, mutation.name, mutation.wrap(right))
    try:
        yield
    finally:
        setattr(mutation.module, mutation.name, right)


def _always_true(_: Any) -> Any:
    return lambda *_args: True


def _none(_: Any) -> Any:
    return lambda *_args: None


def _with_query(right: Any) -> Any:
    def mutated(match: Any, request: Request) -> Any:
        whole = Request(request.path.replace("?", "_"), request.host, request.headers)
        return right(match, whole)

    return mutated


def _case_ignored(right: Any) -> Any:
    def mutated(match: Any, request: Request) -> Any:
        changed = type(match)()
        changed.CopyFrom(match)
        changed.case_sensitive.value = False
        return right(changed, request)

    return mutated


def _case_always_counts(right: Any) -> Any:
    def mutated(match: Any, request: Request) -> Any:
        changed = type(match)()
        changed.CopyFrom(match)
        changed.ClearField("case_sensitive")
        return right(changed, request)

    return mutated


def _found_anywhere(_: Any) -> Any:
    return lambda matcher, text: texts.engine(matcher.regex).search(text) is not None


def _not_inverted(right: Any) -> Any:
    def mutated(matcher: Any, request: Request) -> Any:
        changed = type(matcher)()
        changed.CopyFrom(matcher)
        changed.invert_match = False
        return right(changed, request)

    return mutated


def _missing_never_fits(right: Any) -> Any:
    def mutated(matcher: Any, request: Request) -> Any:
        changed = type(matcher)()
        changed.CopyFrom(matcher)
        changed.treat_missing_header_as_empty = False
        return right(changed, request)

    return mutated


def _query_lost(right: Any) -> Any:
    def mutated(match: Any, request: Request, prefix: str) -> Any:
        return right(match, request, prefix).partition("?")[0]

    return mutated


def _first_only(_: Any) -> Any:
    def mutated(matcher: Any, substitution: str, text: str) -> Any:
        return texts.engine(matcher.regex).sub(substitution, text, 1)

    return mutated


def _added_is_set(right: Any) -> Any:
    def mutated(carried: Any, steps: Any) -> Any:
        changed = [
            replace(step, op=HeaderOp.SET) if step.op is HeaderOp.ADD else step for step in steps
        ]
        return right(carried, changed)

    return mutated


def _farthest_first(right: Any) -> Any:
    def mutated(place: Any, chosen: Any) -> Any:
        found = right(place, chosen)
        return type(found)(found.request[::-1], found.response[::-1])

    return mutated


def _one_more(right: Any) -> Any:
    def mutated(place: Any) -> Any:
        found = right(place)
        return replace(found, attempts=found.attempts + 1) if found else found

    return mutated


def _not_by(name: str) -> Wrap:
    """Leave one kind of condition out when a filter chain is chosen."""

    def wrap(right: Any) -> Any:
        return tuple(one for one in right if one.__name__ != name)

    return wrap


def _rank_reversed(right: Any) -> Any:
    return lambda one, priority: right(one, -priority)


def _no_wildcards(right: Any) -> Any:
    return lambda config: replace(right(config), suffixes=())


def _nothing_told(right: Any) -> Any:
    return dict.fromkeys(right, ())


def _nowhere(_: Any) -> Any:
    return lambda *_args: ()


MUTATIONS = (
    Mutation("the path is compared with its query", conditions, "path_holds", _with_query),
    Mutation("letters' case never counts in paths", conditions, "path_holds", _case_ignored),
    Mutation("letters' case always counts in paths", conditions, "path_holds", _case_always_counts),
    Mutation("headers are not looked at", conditions, "header_holds", _always_true),
    Mutation("inverted conditions are read as plain", conditions, "header_holds", _not_inverted),
    Mutation("a missing header never fits", conditions, "header_holds", _missing_never_fits),
    Mutation("query parameters are not looked at", conditions, "query_holds", _always_true),
    Mutation("a regex may match a part", texts, "covers", _found_anywhere),
    Mutation("only the first match is replaced", texts, "substitute", _first_only),
    Mutation("a rewritten prefix loses the query", paths, "with_prefix", _query_lost),
    Mutation("a redirect keeps the old port", paths, "_kept_host", lambda _: lambda host, *_: host),
    Mutation("redirects are always permanent", paths, "status", lambda _: lambda _action: 301),
    Mutation("paths are not rewritten", actions, "rewrite", _none),
    Mutation("there is no timeout", actions, "timeout_s", _none),
    Mutation("there are no retries", actions, "retries", _none),
    Mutation("one retry too many", actions, "retries", _one_more),
    Mutation("headers are changed in the other order", actions, "header_steps", _farthest_first),
    Mutation("added headers replace", headers, "applied", _added_is_set),
    Mutation("faults are not injected", filters, "_fault", _none),
    Mutation("the port always counts in hosts", hosts, "without_port", lambda _: lambda host: host),
    Mutation("wildcards are names", hosts, "table", _no_wildcards),
    Mutation(
        "server names are not compared", chains, "_ORDER", _not_by("_server_name"), "connections"
    ),
    Mutation(
        "destinations are not compared", chains, "_ORDER", _not_by("_destination_ip"), "connections"
    ),
    Mutation(
        "offered protocols are not compared", chains, "_ORDER", _not_by("_application"), "edges"
    ),
    Mutation("certificates are not asked for", certificates, "check", _none, "edges"),
    Mutation("plain calls are not sent to TLS", manager, "_check_tls", _none, "edges"),
    Mutation("farther endpoints are preferred", endpoints, "_choice", _rank_reversed),
    Mutation("nothing is redirected", listeners, "_intercepting", _none, "intercepted"),
    Mutation(
        "first bytes tell nothing", listeners, "_PLAIN_PROTOCOLS", _nothing_told, "intercepted"
    ),
    Mutation(
        "where a call was meant to go is forgotten", endpoints, "_original", _nowhere, "intercepted"
    ),
    Mutation("conditions of limits always hold", limits, "header_holds", _always_true, "limited"),
    Mutation("limits by value count nothing", limits, "_fitting", _nowhere, "limited"),
)
