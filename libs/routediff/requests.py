"""Where two HTTP connection managers treat requests differently."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from protogen.envoy.config.route.v3 import route_components_pb2 as rc

from libs.matchsets.automaton import TooLargeError
from libs.matchsets.expressions import Expression
from libs.matchsets.firstmatch import Box, differences
from libs.matchsets.partition import Effort
from libs.routediff.hosts import Region, language, regions
from libs.routediff.outcomes import (
    NOTHING,
    PATH_FACET,
    Outcome,
    Outcomes,
    around,
    different_facets,
)
from libs.routediff.predicates import Aspect
from libs.routediff.rewrites import meeting
from libs.routediff.sides import Side, clusters_of
from libs.routediff.tables import Comparable, Written, comparable, written
from libs.routediff.values import Surroundings
from libs.routing.call import Call
from libs.routing.outcome import UndecidedError

ROUTES_MAX: Final = 20_000
"""Routes of a virtual host, on both sides together, beyond which it is not looked into."""

CUTS_MAX: Final = 200
"""Pairs of path changes of two virtual hosts that are looked into for paths where they meet."""


@dataclass(frozen=True, slots=True)
class Found:
    """Requests to some hosts that two routes decide differently, in boxes that do not overlap."""

    hosts: tuple[str, ...]
    boxes: tuple[Box, ...]
    space: Comparable
    old: Outcome
    new: Outcome
    facets: frozenset[str]
    example: Call


@dataclass(frozen=True, slots=True)
class Gap:
    """Requests about which nothing can be said."""

    hosts: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Requests:
    """A comparison of the requests that come in like `call`.

    Equal virtual hosts are looked into only where they name one of the `changed_clusters`.
    """

    call: Call
    old: Side
    new: Side
    changed_clusters: frozenset[str]
    effort: Effort

    def differences(self) -> Iterator[Found | Gap]:
        """Yield all differences. Raises UndecidedError when nothing can be said at all."""
        old, new = self.old.config, self.new.config
        same_around = around(old) == around(new)
        groups: dict[tuple[int, int], list[Region]] = {}
        for region in regions(old, new):
            groups.setdefault((id(region.old), id(region.new)), []).append(region)
        for group in groups.values():
            if not (same_around and self._alike(group[0])):
                yield from self._of_group(group)

    def _alike(self, region: Region) -> bool:
        """Say at a glance that two virtual hosts do the same."""
        if region.old is None or region.new is None:
            return region.old is region.new
        if region.old != region.new:
            return False
        return not self.changed_clusters or not self.changed_clusters & clusters_of(region.old)

    def _of_group(self, group: list[Region]) -> Iterator[Found | Gap]:
        """Compare two virtual hosts, for all of their hosts at once where that is possible."""
        count = sum(len(one.routes) for one in (group[0].old, group[0].new) if one is not None)
        if count > ROUTES_MAX:
            hosts = tuple(one.pattern for one in group)
            yield Gap(hosts, f"{count} routes, more than the {ROUTES_MAX} that are looked into")
            return
        old = _Side(group[0].old, self.old, self.call.scheme)
        new = _Side(group[0].new, self.new, self.call.scheme)
        for regions_at_once in _at_once(group, [*old.conditions, *new.conditions]):
            names = tuple(one.pattern for one in regions_at_once)
            known = self._known(regions_at_once[0], _cuts(old, new))
            call = replace(self.call, host=regions_at_once[0].example)
            effort = self.effort.part()
            try:
                space = comparable(old.conditions, new.conditions, known, effort)
                yield from _Pair(old, new, space).differences(names, call, effort)
            except (TooLargeError, UndecidedError) as error:
                yield Gap(names, str(error))

    def _known(self, region: Region, cuts: tuple[Expression, ...]) -> Surroundings:
        managers = self.old.manager, self.new.manager
        return Surroundings(
            normalized=any(one.normalize_path.value for one in managers),
            merged=any(one.merge_slashes for one in managers),
            cuts=cuts,
            hosts=region.language,
            other_hosts=tuple(map(language, region.without)),
        )


def _at_once(group: list[Region], conditions: Written) -> Iterable[list[Region]]:
    """Take hosts one by one where a condition is about the host."""
    by_host = any(one.aspect is Aspect.HOST for route in conditions for one, _ in route)
    return [[one] for one in group] if by_host else [group]


class _Side:
    """A virtual host with the conditions and the outcomes of its routes."""

    def __init__(self, virtual_host: rc.VirtualHost | None, side: Side, scheme: str) -> None:
        self.routes: Sequence[rc.Route] = virtual_host.routes if virtual_host is not None else ()
        self.conditions = written(self.routes, scheme)
        self._virtual_host = virtual_host or rc.VirtualHost()
        self._outcomes = Outcomes(side.upstreams, side.config)
        self._known: dict[int, Outcome] = {}

    def outcome(self, place: int | None) -> Outcome:
        """Return what the route at a place does; without a route nobody answers."""
        if place is None:
            return NOTHING
        if place not in self._known:
            self._known[place] = self._outcomes.of(self._virtual_host, self.routes[place])
        return self._known[place]


def _cuts(old: _Side, new: _Side) -> tuple[Expression, ...]:
    """Return paths to which two changes of paths do the same, though they are written apart."""
    pairs = {
        (old.outcome(one).path, new.outcome(other).path): None
        for one in range(len(old.routes))
        for other in range(len(new.routes))
        if old.routes[one].match != new.routes[other].match
    }
    if len(pairs) > CUTS_MAX:
        return ()
    meetings = (meeting(one, other) for one, other in pairs if one != other)
    return tuple(dict.fromkeys(found for found in meetings if found is not None))


@dataclass(slots=True)
class _Pair:
    """Two virtual hosts over one space."""

    old: _Side
    new: _Side
    space: Comparable
    _facets: dict[tuple[int | None, int | None], frozenset[str]] = field(default_factory=dict)

    def differences(
        self, hosts: tuple[str, ...], call: Call, effort: Effort
    ) -> Iterator[Found | Gap]:
        """Yield the classes of one pair of routes each, and the gaps."""
        boxes: dict[tuple[int | None, int | None], list[Box]] = {}
        for box in differences(self.space.tables, self._differs, effort):
            reason, narrowed = self.space.not_understood(box), self._narrowed(box)
            if narrowed is not None and reason:
                yield Gap(hosts, reason)
            elif narrowed is not None:
                boxes.setdefault((box.old, box.new), []).append(narrowed)
        for key, found in boxes.items():
            outcomes = self.old.outcome(key[0]), self.new.outcome(key[1])
            example = self.space.example(found[0], call)
            yield Found(hosts, tuple(found), self.space, *outcomes, self._facets[key], example)

    def _differs(self, one: int | None, other: int | None) -> bool:
        key = one, other
        if key not in self._facets:
            self._facets[key] = different_facets(self.old.outcome(one), self.new.outcome(other))
        return bool(self._facets[key])

    def _narrowed(self, box: Box) -> Box | None:
        """Leave out the paths to which both changes do the same; None when none is left."""
        if self._facets[box.old, box.new] != {PATH_FACET}:
            return box
        old, new = self.old.outcome(box.old).path, self.new.outcome(box.new).path
        if old.pattern or new.pattern:
            return box
        return self.space.filtered(box, lambda path: old.of(path) != new.of(path))
