"""Rules of AuthorizationPolicies that no call fits, or whose calls others deny anyway.

A proxy takes such rules without a word. What is too large to be told is left alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

from libs.compile.authorization import is_dry_run
from libs.compile.callers import Domains, domains_of
from libs.desired.finding import Finding
from libs.lint import rules
from libs.lint.clusterview import ClusterView
from libs.lint.index import Index
from libs.lint.interface import each
from libs.lint.rulelimits import (
    HOST,
    PATH,
    PRINCIPAL,
    Limit,
    condition_limits,
    operation_limits,
    source_limits,
)
from libs.lint.rulesets import empty_attribute, holds
from libs.lint.selection import selector_of
from libs.lint.subject import Path, Subject, report
from libs.meshapi.authorizationpolicy import AuthorizationPolicy, Rule

_PAIRS_MAX: Final = 16
_DENIALS_MAX: Final = 64
_EFFECTS: Final[Mapping[str, str]] = {
    "ALLOW": "allows nothing",
    "DENY": "denies nothing",
    "AUDIT": "notes nothing",
    "CUSTOM": "has nothing asked about",
}
_DENIALS: Final = Index(
    AuthorizationPolicy, lambda one, _: (one.namespace,) if one.spec.action == "DENY" else ()
)
_Alternatives = list[list[Limit]]


@dataclass(frozen=True, slots=True)
class _Parts:
    """A rule taken apart: alternatives of who calls and what, and what holds for all of them."""

    sources: _Alternatives
    operations: _Alternatives
    conditions: list[Limit]

    def pairs(self) -> Iterator[list[Limit]]:
        """Yield what holds together for each kind of call that the rule is for."""
        for source, operation in product(self.sources, self.operations):
            yield [*source, *operation, *self.conditions]


def _parts(rule: Rule, path: Path, namespace: str, domains: Domains) -> _Parts:
    sources = [
        source_limits(one.source, (*path, "from", at, "source"), namespace, domains)
        for at, one in enumerate(rule.from_)
        if one.source is not None
    ]
    operations = [
        operation_limits(one.operation, (*path, "to", at, "operation"))
        for at, one in enumerate(rule.to)
        if one.operation is not None
    ]
    conditions = [
        condition_limits(one, (*path, "when", at), namespace, domains)
        for at, one in enumerate(rule.when)
    ]
    return _Parts(sources or [[]], operations or [[]], conditions)


def check(view: ClusterView, one: Subject[AuthorizationPolicy]) -> Iterator[Finding]:
    """Find rules of a policy that do nothing, and values in them that no call has."""
    domains = domains_of(view.settings)
    effect = _EFFECTS[one.object.spec.action]
    for index, rule in enumerate(one.object.spec.rules):
        path: Path = ("spec", "rules", index)
        parts = _parts(rule, path, one.namespace, domains)
        yield from _odd_values(one, parts)
        nothing = [*_nothing(one, parts, path, effect)]
        yield from nothing
        if not nothing and one.object.spec.action == "ALLOW":
            yield from _denied(view, one, path, parts)


CHECKS = (each(AuthorizationPolicy, check),)


def _odd_values(one: Subject[AuthorizationPolicy], parts: _Parts) -> Iterator[Finding]:
    limits = [limit for some in (*parts.sources, *parts.operations) for limit in some]
    for limit in (*limits, *parts.conditions):
        for index, value in enumerate(limit.values):
            text = _odd(limit, value)
            if text:
                yield report(rules.NEVER_FITS, one, (*limit.path, index), text)


def _odd(limit: Limit, value: str) -> str:
    """Say why no call has a value; nothing where one may."""
    if limit.attribute == PATH and not value.startswith(("/", "*")):
        return f"every path begins with `/`, and `{value}` does not; write `/{value}`"
    if limit.attribute == PATH and ("?" in value or "#" in value):
        begin = value.partition("?")[0].partition("#")[0]
        return f"paths are looked at without what follows `?`; write `{begin}` instead of `{value}`"
    if limit.attribute == HOST and "/" in value:
        bare = value.rpartition("://")[2].partition("/")[0]
        return f"`{value}` is no host that a call can name; write `{bare}`"
    if limit.attribute == PRINCIPAL and "://" in value:
        return f"principals have no `spiffe://` here; write `{value.partition('://')[2]}`"
    if limit.attribute == "request.auth.principal" and "/" not in value and "*" not in value:
        return f"`{value}` is no issuer with a subject; write `ISSUER/{value}`, or `*/{value}`"
    return ""


def _nothing(
    one: Subject[AuthorizationPolicy], parts: _Parts, path: Path, effect: str
) -> Iterator[Finding]:
    """Find alternatives that contradict themselves, else a rule all of whose pairs do."""
    found = False
    for some in (*parts.sources, *parts.operations, *([limit] for limit in parts.conditions)):
        attribute = empty_attribute(some)
        if attribute is not None:
            found = True
            place = next(limit.path for limit in some if limit.attribute == attribute)[:-1]
            fields = _fields([limit for limit in some if limit.attribute == attribute])
            text = f"no call has a {_named(attribute)} that fits {fields}, so this {effect}"
            yield report(rules.NEVER_FITS, one, place, f"{text}; correct or remove it")
    pairs = list(parts.pairs())
    if found or not parts.conditions or len(pairs) > _PAIRS_MAX:
        return
    empty = [empty_attribute(pair) for pair in pairs]
    first = empty[0]
    if first is not None and None not in empty:
        fields = _fields([limit for limit in pairs[0] if limit.attribute == first])
        text = f"no call has a {_named(first)} that fits {fields}, so this {effect}"
        yield report(rules.NEVER_FITS, one, path, f"{text}; correct or remove it")


def _named(attribute: str) -> str:
    return attribute if attribute.isalpha() else f"`{attribute}`"


def _fields(limits: Sequence[Limit]) -> str:
    shown: list[str] = []
    for limit in limits:
        name = str(limit.path[-1])
        name = "values" if name == "notValues" else name
        opposite = f"not{name[0].upper()}{name[1:]}"
        shown += [name] if limit.values else []
        shown += [opposite] if limit.excluded else []
    quoted = [f"`{name}`" for name in dict.fromkeys(shown)]
    if len(quoted) == 1:
        return f"all its {quoted[0]} at once" if limits[1:] else quoted[0]
    return f"{', '.join(quoted[:-1])} and {quoted[-1]} at once"


def _denied(
    view: ClusterView, one: Subject[AuthorizationPolicy], path: Path, parts: _Parts
) -> Iterator[Finding]:
    """Find a denial that takes all that a rule allows."""
    pairs = list(parts.pairs())
    if len(pairs) > _PAIRS_MAX:
        return
    domains = domains_of(view.settings)
    spaces = dict.fromkeys((one.namespace, view.settings.root_namespace))
    denials = [other for space in spaces for other in view.find(_DENIALS, space)]
    for other in denials[:_DENIALS_MAX]:
        if not _reaches(other.object, one.object):
            continue
        against = [
            pair
            for index, rule in enumerate(other.object.spec.rules)
            for pair in _parts(rule, ("spec", "rules", index), other.namespace, domains).pairs()
        ]
        if all(any(holds(wide, pair) for wide in against[:_PAIRS_MAX]) for pair in pairs):
            text = (
                f"{other.key} denies all calls that this allows, and denials count first; "
                "narrow the denial, or remove this rule"
            )
            yield report(rules.DENIED_ANYWAY, one, path, text, [other])
            return


def _reaches(wide: AuthorizationPolicy, narrow: AuthorizationPolicy) -> bool:
    """Say whether a policy is for all workloads of another of its namespace, or of any."""
    if is_dry_run(wide):
        return False
    mine, theirs = _targets(wide), _targets(narrow)
    if mine:
        return wide.namespace == narrow.namespace and theirs <= mine and bool(theirs)
    return selector_of(wide)[1].items() <= selector_of(narrow)[1].items()


def _targets(obj: AuthorizationPolicy) -> frozenset[tuple[str, str]]:
    single = (obj.spec.target_ref,) if obj.spec.target_ref else ()
    return frozenset((one.kind, one.name) for one in (*single, *obj.spec.target_refs))
