"""The whole difference of two views of one proxy."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from libs.matchsets.automaton import TooLargeError
from libs.matchsets.partition import Effort
from libs.routediff.classes import CallClass, Difference, Undecided, effect_of
from libs.routediff.destinations import Upstreams
from libs.routediff.guarding import (
    entry,
    guards_of,
    policies_of,
    surroundings,
    unguarded,
    without_policies,
)
from libs.routediff.literals import Entry
from libs.routediff.outcomes import Outcome
from libs.routediff.outlets import Arrival, Outlet, other_datagrams, outlets, refused
from libs.routediff.passing import as_requests
from libs.routediff.requests import Found, Gap, Requests
from libs.routediff.sides import Manager, Side, settings
from libs.routediff.values import Surroundings
from libs.routediff.verdicts import FACET, AnyFilter, verdicts
from libs.routediff.words import calls_in_words, listed
from libs.routing.call import Call, Protocol
from libs.routing.decision import Decision, Verdict
from libs.routing.evaluate import evaluate
from libs.routing.filters import opened, type_of
from libs.routing.outcome import UndecidedError
from libs.routing.resources import Resources

STEPS_MAX: Final = 2_000_000
"""Steps of comparing that a whole difference may take."""

_DATAGRAMS: Final = "answers datagrams in another way, such as questions for names"
_MANAGER: Final = Manager.DESCRIPTOR.full_name


def difference(old: Resources, new: Resources, steps_max: int = STEPS_MAX) -> Difference:
    """Compare two views. What does not fit the budget is among the undecided."""
    return _Comparison(old, new, Effort(steps_max)).result()


@dataclass(slots=True)
class _Comparison:
    old: Resources
    new: Resources
    effort: Effort

    def result(self) -> Difference:
        classes: list[CallClass] = []
        undecided: dict[Undecided, None] = {}
        upstreams = Upstreams(self.old), Upstreams(self.new)
        changed = _changed_clusters(*upstreams)
        for name in other_datagrams(self.old, self.new):
            undecided[Undecided(f"listener {name}", _DATAGRAMS)] = None
        try:
            for outlet in outlets(self.old, self.new):
                for one in self._at(outlet, upstreams, changed):
                    if isinstance(one, CallClass):
                        classes.append(one)
                    else:
                        undecided.setdefault(one)
        except UndecidedError as error:
            undecided.setdefault(Undecided("listeners", str(error)))
        return Difference(tuple(classes), tuple(undecided))

    def _at(
        self, outlet: Outlet, upstreams: tuple[Upstreams, Upstreams], changed: frozenset[str]
    ) -> Iterator[CallClass | Undecided]:
        """Compare what becomes of the calls of one way in."""
        where = _where(outlet)
        for one in (outlet.old, outlet.new):
            if one.reason and not refused(one):
                yield Undecided(where, one.reason)
                return
        try:
            old, new = self._sides(outlet, upstreams)
        except UndecidedError as error:
            yield Undecided(where, str(error))
            return
        if old is None or new is None:
            yield from self._connection(outlet, where)
            return
        yield from self._settings(outlet, where, old.manager, new.manager)
        requests = Requests(outlet.call, old, new, changed, self.effort)
        try:
            for found in requests.differences():
                yield self._class(where, found)
        except UndecidedError as error:
            yield Undecided(where, str(error))

    def _sides(
        self, outlet: Outlet, upstreams: tuple[Upstreams, Upstreams]
    ) -> tuple[Side | None, Side | None]:
        """Return what reads the requests on both sides, or stands for it where only one does."""
        old = _side(self.old, upstreams[0], outlet.old)
        new = _side(self.new, upstreams[1], outlet.new)
        if old is None and new is not None:
            old = _passing(self.old, upstreams[0], outlet.old, new)
        elif new is None and old is not None:
            new = _passing(self.new, upstreams[1], outlet.new, old)
        return old, new

    def _class(self, where: str, found: Found | Gap) -> CallClass | Undecided:
        if isinstance(found, Gap):
            return Undecided(f"{where}, host {listed(found.hosts)}", found.reason)
        which = calls_in_words(found.boxes, found.space.dimensions)
        one = self._judged((where, which), found.example, found.facets, found)
        return replace(one, hosts=found.hosts)

    def _judged(
        self,
        words: tuple[str, str],
        example: Call,
        facets: frozenset[str],
        found: Found | None = None,
    ) -> CallClass:
        """Ask both sides about the example. `words` name the way in and the calls."""
        old, new = evaluate(self.old, example), evaluate(self.new, example)
        answered = found.old.answers if found else _answers(old)
        answers = found.new.answers if found else _answers(new)
        named = _with_weights(facets, found)
        effect = effect_of(named, answered=answered, answers=answers)
        return CallClass(words[0], (), words[1], example, old, new, named, effect, _shows(old, new))

    def _stopped(self, outlet: Outlet, where: str) -> Iterator[CallClass | Undecided]:
        """Compare the policies about connections of two ways in that are alike else."""
        chains = outlet.old.chain, outlet.new.chain
        guards = guards_of(chains[0]), guards_of(chains[1])
        call = replace(outlet.call, protocol=Protocol.TCP)
        sides = entry(call, chains[0], None), entry(call, chains[1], None)
        yield from self._verdicts(where, guards, sides, surroundings(chains, ()))

    def _verdicts(
        self,
        where: str,
        guards: tuple[Sequence[AnyFilter], Sequence[AnyFilter]],
        sides: tuple[Entry, Entry],
        known: Surroundings,
    ) -> Iterator[CallClass | Undecided]:
        """Say which calls policies let through on one side only."""
        if list(guards[0]) == list(guards[1]):
            return
        try:
            found = verdicts(*guards, sides, known, self.effort.part())
        except (UndecidedError, TooLargeError) as error:
            yield self._judged((where, "all calls"), sides[1].call, frozenset({"filter rbac"}))
            yield Undecided(where, f"which calls policies stop: {error}")
            return
        for one in found.changed:
            which = calls_in_words(one.boxes, one.space.dimensions)
            yield self._judged((where, which), one.example, frozenset({FACET}))
        for reason in found.reasons:
            yield Undecided(where, f"which calls policies stop: {reason}")

    def _connection(self, outlet: Outlet, where: str) -> Iterator[CallClass | Undecided]:
        """Compare a way in that leads to requests on at most one side."""
        example = replace(outlet.call, protocol=Protocol.TCP)
        if any(_is_http(one) for one in (outlet.old, outlet.new)):
            example = outlet.call
        old, new = evaluate(self.old, example), evaluate(self.new, example)
        guarded = _guards(outlet.old) != _guards(outlet.new)
        if guarded and unguarded(outlet.old.chain) == unguarded(outlet.new.chain):
            yield from self._stopped(outlet, where)
            both_go_on = old.verdict is new.verdict is Verdict.FORWARD
            if not (both_go_on and _shows(old, new)):
                return
        if guarded or _shows(old, new) or Verdict.NOT_DECIDED in (old.verdict, new.verdict):
            facets = frozenset({"connection"})
            yield self._judged((where, "all connections"), example, facets)

    def _settings(
        self,
        outlet: Outlet,
        where: str,
        old: Manager,
        new: Manager,
    ) -> Iterator[CallClass | Undecided]:
        """Compare what is done to all requests of a way in, and which of them policies stop."""
        bare = without_policies(old), without_policies(new)
        if bare[0] is not old and bare[1] is not new:
            chains = outlet.old.chain, outlet.new.chain
            sides = entry(outlet.call, chains[0], old), entry(outlet.call, chains[1], new)
            guards = policies_of(old), policies_of(new)
            yield from self._verdicts(where, guards, sides, surroundings(chains, (old, new)))
            old, new = bare
        before, after = settings(old), settings(new)
        names = before.keys() | after.keys()
        facets = frozenset(name for name in names if before.get(name) != after.get(name))
        if _guards(outlet.old) != _guards(outlet.new):
            facets |= {"connection"}
        if facets:
            yield self._judged((where, "all requests"), outlet.call, facets)


def _changed_clusters(old: Upstreams, new: Upstreams) -> frozenset[str]:
    """Return the clusters that are not what they were."""
    names = old.resources.clusters.keys() | new.resources.clusters.keys()
    return frozenset(one for one in names if old.of(one) != new.of(one))


def _side(resources: Resources, upstreams: Upstreams, arrival: Arrival) -> Side | None:
    if not _is_http(arrival) or arrival.chain is None:
        return None
    manager = opened(arrival.chain.filters[-1].typed_config, Manager)
    return Side(resources, upstreams, manager)


def _passing(
    resources: Resources, upstreams: Upstreams, arrival: Arrival, other: Side
) -> Side | None:
    manager = as_requests(arrival.chain, other) if arrival.chain is not None else None
    return Side(resources, upstreams, manager) if manager is not None else None


def _is_http(arrival: Arrival) -> bool:
    filters = list(arrival.chain.filters) if arrival.chain is not None else []
    return bool(filters) and type_of(filters[-1].typed_config) == _MANAGER


def _guards(arrival: Arrival) -> tuple[bytes, ...]:
    """Return what decides who may connect: the socket, and the filters before the last."""
    if arrival.chain is None:
        return ()
    parts = (arrival.chain.transport_socket, *arrival.chain.filters[:-1])
    return tuple(one.SerializeToString(deterministic=True) for one in parts)


def _where(outlet: Outlet) -> str:
    """Name a way in by the listeners that it reaches."""
    names = dict.fromkeys(
        one.listener.name for one in (outlet.old, outlet.new) if one.listener is not None
    )
    way = f"{outlet.call.mode} port {outlet.call.port}"
    tls = f" {outlet.call.tls} to {outlet.call.sni}" if outlet.call.sni else ""
    return f"{way}{tls} ({listed(names)})"


def _answers(decision: Decision) -> bool:
    return decision.error is None and not (
        decision.action is not None
        and decision.action.direct_response is not None
        and decision.action.direct_response.status >= 400
    )


def _shows(old: Decision, new: Decision) -> bool:
    """Say whether two decisions tell a client or an upstream apart."""
    return _told(old) != _told(new)


def _told(decision: Decision) -> tuple[object, ...]:
    targets = frozenset(
        (frozenset(one.endpoints) or one.name, one.weight) for one in decision.clusters
    )
    return decision.error, decision.action, targets, decision.verdict


def _with_weights(facets: frozenset[str], found: Found | None) -> frozenset[str]:
    """Call a difference in destinations one in weights where the destinations are the same."""
    if found is None or "destinations" not in facets:
        return facets
    old, new = _keys(found.old), _keys(found.new)
    return (facets - {"destinations"}) | {"weights"} if old == new else facets


def _keys(outcome: Outcome) -> frozenset[object]:
    found = outcome.facets.get("destinations")
    return frozenset(key for key, _ in found) if isinstance(found, frozenset) else frozenset()
