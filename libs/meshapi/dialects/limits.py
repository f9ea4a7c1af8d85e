"""Mixer's rate limits as RateLimits: who is limited, by what, and how often.

A Mixer counted for the whole mesh in a rolling window; a proxy of today counts for itself, by
tokens. What is for some destinations becomes a limit of their workloads.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypeVar

from libs.meshapi.dialects.expressions import Attribute, attribute_in, conditions_in
from libs.meshapi.dialects.istioservice import host_of, written
from libs.meshapi.dialects.places import ConvertedPlaces
from libs.meshapi.dialects.quota import (
    LimitSpec,
    Memquota,
    Override,
    Quota,
    QuotaRule,
    QuotaSpec,
    QuotaSpecBinding,
    Rule,
)
from libs.meshapi.dialects.run import Old, Run, by_name
from libs.meshapi.matches import StringMatch
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.metadata import Metadata
from libs.meshapi.parsed import ParsedObject
from libs.meshapi.problems import Path
from libs.meshapi.quoting import quoted
from libs.meshapi.ratelimit import (
    CountedBy,
    Limit,
    RateLimit,
    RateLimitSpec,
    RateOverride,
    RequestMatch,
)
from libs.meshapi.selectors import WorkloadSelector

PER_MIN = timedelta(milliseconds=50)
_EVERY_SERVICE = "*"
_GROUP = "periplus.io"
_PATH = "request.path"
_NOT_TOLD_APART = "callers are not told apart by {} today; they share one limit"
_EACH_PROXY = "each proxy counts for itself today, where Mixer counted for the whole mesh"

_Kind = TypeVar("_Kind", bound=MeshObject)


@dataclass(frozen=True, slots=True)
class Whom:
    """Which workloads a limit is for, and which of their requests count how much."""

    labels: tuple[tuple[str, str], ...] = ()
    services: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    charge: int = 1
    paths: tuple[StringMatch, ...] = ()


@dataclass(frozen=True, slots=True)
class _Found:
    """A limit that is in force: its handler, the rule that uses it, and what it counts apart."""

    handler: Old[Memquota]
    index: int
    rule: Old[Rule]
    dimensions: Mapping[str, Attribute]

    @property
    def limit(self) -> LimitSpec:
        """The limit itself."""
        return self.handler.object.spec.quotas[self.index]

    @property
    def path(self) -> Path:
        """Where the limit stands in its handler."""
        return ("spec", "quotas", self.index)


class Limits:
    """The objects of one set that limit together."""

    def __init__(self, olds: Sequence[Old[MeshObject]], run: Run) -> None:
        """Sort them by kind."""
        self._run = run
        self._memquotas = _of(olds, Memquota)
        self._quotas = {(o.namespace, o.name): o.object for o in _of(olds, Quota)}
        self._rules = _of(olds, Rule)
        self._specs = _of(olds, QuotaSpec)
        self._bindings = _of(olds, QuotaSpecBinding)

    def made(self) -> Iterator[ParsedObject]:
        """Give a RateLimit for each limit that some rule uses, and for each of its overrides."""
        used: set[tuple[str, str, int]] = set()
        for rule in self._rules:
            for found in self._in_force(rule):
                used.add((found.handler.namespace, found.handler.name, found.index))
                for whom in self._whom(found):
                    yield from self._rate_limits(found, whom)
        for handler in self._memquotas:
            for index, limit in enumerate(handler.object.spec.quotas):
                if (handler.namespace, handler.name, index) not in used:
                    text = f"no rule gives {quoted(limit.name)} to this handler: it limits nothing"
                    self._run.lost(handler, ("spec", "quotas", index), text)

    def _in_force(self, rule: Old[Rule]) -> Iterator[_Found]:
        for action in rule.object.spec.actions:
            instances = {_whole(name, rule.namespace) for name in action.instances}
            for handler in self._memquotas:
                if _whole(action.handler, rule.namespace) != (
                    handler.name,
                    "memquota",
                    handler.namespace,
                ):
                    continue
                for index, limit in enumerate(handler.object.spec.quotas):
                    name, kind, namespace = _whole(limit.name, handler.namespace)
                    quota = self._quotas.get((namespace, name))
                    if quota is not None and (name, kind, namespace) in instances:
                        stated = quota.spec.dimensions.items()
                        apart = {key: attribute_in(text) for key, text in stated}
                        yield _Found(handler, index, rule, apart)

    def _whom(self, found: _Found) -> Iterator[Whom]:
        """Say whom a limit is for: by the rule's condition, and by the bindings that charge it."""
        conditions = conditions_in(found.rule.object.spec.match)
        if conditions is None or any(_is_unknown(one) for one, _ in conditions):
            text = (
                f"the condition {quoted(found.rule.object.spec.match)} cannot be asked today, so "
                "its limits are left out; write a RateLimit"
            )
            self._run.lost(found.rule, ("spec", "match"), text)
            return
        whom = Whom()
        for attribute, value in conditions:
            whom = _narrowed(whom, attribute, value)
        if self._specs:
            yield from self._charged(found, whom)
        else:
            yield whom

    def _charged(self, found: _Found, whom: Whom) -> Iterator[Whom]:
        """Where QuotaSpecs are written, only calls to the services of their bindings count."""
        short = _whole(found.limit.name, found.handler.namespace)[0].lower()
        domain = self._run.context.domain
        for spec in self._specs:
            charges = [
                (one.charge, self._paths(spec, index, rule))
                for index, rule in enumerate(spec.object.spec.rules)
                for one in rule.quotas
                if one.quota.lower() == short and one.charge
            ]
            services = tuple(
                written(host_of(service, binding.namespace, domain), found.rule.namespace, domain)
                for binding in self._bindings
                for ref in binding.object.spec.quota_specs
                if (ref.name, ref.namespace or binding.namespace) == (spec.name, spec.namespace)
                for service in binding.object.spec.services
            )
            everywhere = _EVERY_SERVICE in services
            bound = whom.services if everywhere else (*whom.services, *services)
            for charge, paths in charges if services else ():
                if paths is not None:
                    yield replace(whom, services=bound, charge=charge, paths=paths)

    def _paths(
        self, spec: Old[QuotaSpec], index: int, rule: QuotaRule
    ) -> tuple[StringMatch, ...] | None:
        """Return the paths that a rule charges, none for all; None where it asks for more."""
        if all(set(one.clause) == {_PATH} for one in rule.match):
            return tuple(one.clause[_PATH] for one in rule.match)
        text = "this condition cannot be asked today, so what it charges is left out"
        self._run.lost(spec, ("spec", "rules", index, "match"), text)
        return None

    def _rate_limits(self, found: _Found, whom: Whom) -> Iterator[ParsedObject]:
        short = _whole(found.limit.name, found.handler.namespace)[0]
        by = tuple(self._counted_by(found))
        overrides: list[RateOverride] = []
        for index, override in enumerate(found.limit.overrides):
            narrowed, values = self._split(found, override, whom)
            if narrowed is None:
                text = f"callers where {_dimensions(override)} cannot be told apart today"
                self._run.lost(found.handler, (*found.path, "overrides", index), text)
            elif narrowed == whom:
                overrides += self._override(found, index, values, whom.charge)
            else:
                self._note_order(found, index)
                name = f"{found.handler.name}-{short}-{'-'.join(override.dimensions.values())}"
                inner = tuple(self._override(found, index, values, whom.charge))
                rate = found.limit if values else override
                yield from self._one(found, narrowed, name, rate, by, inner)
        name = f"{found.handler.name}-{short}"
        yield from self._one(found, whom, name, found.limit, by, tuple(overrides))

    def _counted_by(self, found: _Found) -> Iterator[CountedBy]:
        """Give what tells requests apart; destinations are told apart by being other proxies."""
        for name, one in sorted(found.dimensions.items()):
            if one.kind == "header":
                yield CountedBy(name=name, header=one.name, default=one.default or "unknown")
            elif one.kind == "address":
                yield CountedBy(name=name, source_address=True)
            elif one.kind == "other":
                text = _NOT_TOLD_APART.format(quoted(one.name))
                self._run.approximate(found.handler, found.path, text)

    def _split(
        self, found: _Found, override: Override, whom: Whom
    ) -> tuple[Whom | None, dict[str, str]]:
        """Split an override into whom it is for and values of what is counted by."""
        values: dict[str, str] = {}
        for name, value in override.dimensions.items():
            one = found.dimensions.get(name, Attribute("other"))
            if one.kind == "header":
                values[name] = value
            elif one.kind in ("label", "service"):
                whom = _narrowed(whom, one, value)
            else:
                return None, {}
        return whom, values

    def _override(
        self, found: _Found, index: int, values: dict[str, str], charge: int
    ) -> Iterator[RateOverride]:
        override = found.limit.overrides[index]
        fault = _fault(override)
        if fault is not None:
            self._run.lost(found.handler, (*found.path, "overrides", index), fault)
        elif override.valid_duration is not None and values:
            requests = max(1, override.max_amount // charge)
            yield RateOverride(requests=requests, per=override.valid_duration, values=values)

    def _note_order(self, found: _Found, index: int) -> None:
        """Where an override allows more than the limit itself, the limit still refuses."""
        override, limit = found.limit.overrides[index], found.limit
        if override.max_amount > limit.max_amount:
            text = "this allows more than the limit around it, which counts here as well today"
            self._run.approximate(found.handler, (*found.path, "overrides", index), text)

    def _one(
        self,
        found: _Found,
        whom: Whom,
        name: str,
        rate: LimitSpec | Override,
        by: tuple[CountedBy, ...],
        overrides: tuple[RateOverride, ...] = (),
    ) -> Iterator[ParsedObject]:
        fault = _fault(rate)
        if fault is not None or rate.valid_duration is None:
            self._run.lost(found.handler, found.path, fault or "it limits nothing")
            return
        self._run.approximate(found.handler, found.path, _EACH_PROXY)
        whom = self._by_one_selection(found, whom)
        headers = {key: StringMatch(exact=value) for key, value in whom.headers}
        limit = Limit(
            name=_whole(found.limit.name, "")[0],
            requests=max(1, rate.max_amount // whom.charge),
            per=rate.valid_duration,
            match=RequestMatch(paths=whom.paths, headers=headers),
            by=by,
            overrides=overrides,
        )
        selector = WorkloadSelector(match_labels=dict(whom.labels)) if whom.labels else None
        spec = RateLimitSpec(limits=(limit,))
        if selector is not None:
            spec = RateLimitSpec(selector=selector, limits=(limit,))
        elif whom.services:
            spec = RateLimitSpec(services=whom.services, limits=(limit,))
        namespace = found.rule.namespace
        free = self._run.free_name("RateLimit", namespace, _name(name), group=_GROUP)
        made = RateLimit(metadata=Metadata(name=free, namespace=namespace), spec=spec)
        parsed = found.handler.parsed
        places = ConvertedPlaces(
            parsed.positions, {("spec", "limits", 0): (parsed.positions, found.path)}
        )
        yield ParsedObject(made, parsed.origin, places)

    def _by_one_selection(self, found: _Found, whom: Whom) -> Whom:
        """Keep labels or services: a label that names one of the services is that service."""
        if not (whom.labels and whom.services):
            return whom
        named = {value for _, value in whom.labels}
        services = tuple(one for one in whom.services if _short(one) in named)
        if services and len(whom.labels) == 1:
            return replace(whom, labels=(), services=services)
        text = "workloads are limited by their labels alone, whatever service they are behind"
        self._run.approximate(found.handler, found.path, text)
        return replace(whom, services=())


def _narrowed(whom: Whom, attribute: Attribute, value: str) -> Whom:
    if attribute.kind == "label":
        return replace(whom, labels=(*whom.labels, (attribute.name, value)))
    if attribute.kind == "service":
        bound = tuple(one for one in whom.services if _short(one) == _short(value))
        return replace(whom, services=bound or (value,))
    return replace(whom, headers=(*whom.headers, (attribute.name, value)))


def _short(host: str) -> str:
    return host.partition(".")[0]


def _is_unknown(attribute: Attribute) -> bool:
    return attribute.kind not in ("label", "service", "header")


def _fault(rate: LimitSpec | Override) -> str | None:
    """Say why an amount in a time cannot be a rate."""
    if not rate.valid_duration:
        return "this limit never forgets, and nothing counts for ever today; write `validDuration`"
    if rate.valid_duration < PER_MIN:
        return "this time is shorter than a proxy refills in; write at least `50ms`"
    if not rate.max_amount:
        return "nothing is let through, which no limit says today; write an AuthorizationPolicy"
    return None


def _whole(name: str, namespace: str) -> tuple[str, str, str]:
    """Return name, kind and namespace of `name.kind` or `name.kind.namespace`."""
    first, _, rest = name.partition(".")
    kind, _, own = rest.partition(".")
    return first, kind, own or namespace


def _name(text: str) -> str:
    kept = "".join(char if char.isalnum() and char.isascii() else "-" for char in text.lower())
    return kept.strip("-")


def _dimensions(override: Override) -> str:
    pairs = (quoted(f"{key}: {value}") for key, value in override.dimensions.items())
    return ", ".join(pairs)


def _of(olds: Sequence[Old[MeshObject]], kind: type[_Kind]) -> Sequence[Old[_Kind]]:
    return by_name([Old(one.object, one.parsed) for one in olds if isinstance(one.object, kind)])
