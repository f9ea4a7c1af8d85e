"""The routes of two virtual hosts as tables of conditions over common dimensions."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce

from protogen.envoy.config.route.v3 import route_components_pb2 as rc

from libs.matchsets.firstmatch import Box, Conditions, Tables
from libs.matchsets.partition import Effort
from libs.routediff.predicates import PATH, Aspect, Dimension, Predicate, conditions
from libs.routediff.values import Surroundings, Values, address_of, values
from libs.routing.call import Call
from libs.routing.caller import SPIFFE

Written = Sequence[Sequence[tuple[Dimension, Predicate]]]


@dataclass(frozen=True, slots=True)
class Comparable:
    """Two tables, and the dimensions that their conditions are about."""

    tables: Tables
    dimensions: Mapping[str, Values]

    def not_understood(self, box: Box) -> str:
        """Return the condition that a box depends on and nobody understands; empty for none."""
        for key, one in self.dimensions.items():
            whole = (1 << one.size) - 1
            cut = box.parts.get(key, whole) != whole
            if one.dimension.aspect is Aspect.UNKNOWN and cut:
                return one.dimension.name.rpartition(" ")[0]
        return ""

    def filtered(self, box: Box, keeps: Callable[[str], bool]) -> Box | None:
        """Keep the parts of the path whose examples are to be kept; None when none is left."""
        key = _key(PATH)
        kept = box.parts[key]
        for number, part in enumerate(self.dimensions[key].parts):
            if kept >> number & 1 and not keeps(part.example):
                kept &= ~(1 << number)
        return replace(box, parts={**box.parts, key: kept}) if kept else None

    def example(self, box: Box, call: Call) -> Call:
        """Return a call of a box that comes in like `call`."""
        query, sent = [], dict(call.headers)
        for key, one in self.dimensions.items():
            aspect, name = one.dimension.aspect, one.dimension.name
            whole = (1 << one.size) - 1
            parts = box.parts.get(key, whole)
            value = _value(one, parts)
            if value is None or aspect is Aspect.UNKNOWN:
                continue
            if aspect is Aspect.ADDRESS and parts == whole:
                continue
            if aspect is Aspect.ADDRESS and name:
                sent["x-forwarded-for"] = address_of(value)
            elif aspect is Aspect.HEADER:
                sent[name] = value
            elif aspect is Aspect.QUERY:
                query.append(f"{name}={value}")
            else:
                call = _with(call, aspect, value)
        path = call.path + ("?" + "&".join(query) if query else "")
        return replace(call, path=path, headers=sent)


def _with(call: Call, aspect: Aspect, value: str) -> Call:
    if aspect is Aspect.METHOD:
        return replace(call, method=value)
    if aspect is Aspect.CALLER:
        return replace(call, source={**call.source, "principal": value.removeprefix(SPIFFE)})
    if aspect is Aspect.ADDRESS:
        return replace(call, source={**call.source, "ip": address_of(value)})
    return replace(call, host=value) if aspect is Aspect.HOST else replace(call, path=value)


def _value(one: Values, parts: int) -> str | None:
    """Choose no value where that is among the parts."""
    if one.absent is not None and parts >> one.absent & 1:
        return None
    return one.example(parts)


def written(routes: Iterable[rc.Route], scheme: str) -> Written:
    """Return the conditions of each route for calls of a scheme."""
    return [conditions(one.match, scheme) for one in routes]


def comparable(old: Written, new: Written, known: Surroundings, effort: Effort) -> Comparable:
    """Cut all dimensions by the conditions of both sides. Raises TooLargeError."""
    asked: dict[Dimension, list[Predicate]] = {PATH: []}
    for route in (*old, *new):
        for dimension, predicate in route:
            asked.setdefault(dimension, []).append(predicate)
    found = {one: values(one, predicates, known, effort) for one, predicates in asked.items()}
    sizes = {_key(one): each.size for one, each in found.items()}
    return Comparable(
        Tables(_masks(old, found), _masks(new, found), sizes, _key(PATH)),
        {_key(one): each for one, each in found.items()},
    )


def _key(dimension: Dimension) -> str:
    return f"{dimension.aspect}:{dimension.name}"


def _masks(table: Written, found: Mapping[Dimension, Values]) -> list[Conditions]:
    """Join the conditions of a route on one dimension; one that always holds is none."""
    masks: list[Conditions] = []
    for route in table:
        sets: dict[Dimension, list[int]] = {}
        for dimension, predicate in route:
            sets.setdefault(dimension, []).append(found[dimension].masks[predicate])
        joined = {one: reduce(int.__and__, parts) for one, parts in sets.items()}
        masks.append(
            {
                _key(one): parts
                for one, parts in joined.items()
                if parts != (1 << found[one].size) - 1
            }
        )
    return masks
