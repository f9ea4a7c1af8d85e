"""DestinationRules by who looks for them: which counts for a caller, and what several say together.

A caller looks in its own namespace, then in the service's, then in the root namespace; the most
specific host of the first namespace that has one decides.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from libs.compile.hosts import fqdn
from libs.kernel.origins import ObjectKey
from libs.kernel.tables import Table
from libs.meshapi.destinationrule import DestinationRule, Subset
from libs.meshapi.trafficpolicy import TrafficPolicy
from libs.registry.exports import EVERYWHERE, OWN_NAMESPACE, exported, sees
from libs.registry.hostnames import covers, is_wildcard
from libs.registry.labels import wears
from libs.registry.order import age

_V = TypeVar("_V")


@dataclass(frozen=True, slots=True)
class Policy:
    """What one DestinationRule, or several merged ones, say about a host.

    `selector` is None for rules for every workload. `written_to` is `exportTo` as written.
    """

    host: str
    traffic_policy: TrafficPolicy | None
    subsets: Mapping[str, Subset]
    sources: tuple[ObjectKey, ...]
    selector: Mapping[str, str] | None = None
    written_to: frozenset[str] = frozenset()
    exported_to: frozenset[str] = frozenset({EVERYWHERE})


Place = tuple[str, str]
"""A namespace, and a host as its rules name it."""
_ByPlace = Mapping[Place, tuple[Policy, ...]]


@dataclass(frozen=True, slots=True)
class Policies:
    """All policies by namespace and host.

    `local` has what callers of the namespace itself see, `exported` what others may, and
    `private` what the root namespace keeps for its own callers. `wildcards` are the patterns of a
    namespace, the longest first. `rules` are what the rest is made from, in their precedence.
    """

    root: str = ""
    domain: str = ""
    default: tuple[str, ...] = ()
    local: _ByPlace = field(default_factory=dict)
    exported: _ByPlace = field(default_factory=dict)
    private: _ByPlace = field(default_factory=dict)
    wildcards: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rules: Mapping[Place, tuple[DestinationRule, ...]] = field(default_factory=dict, repr=False)

    def find(self, table: _ByPlace, namespace: str, host: str) -> tuple[Policy, ...]:
        """Return what a namespace says of the most specific of its hosts that covers `host`."""
        patterns = (one for one in self.wildcards.get(namespace, ()) if covers(one, host))
        return next(filter(None, (table.get((namespace, o), ()) for o in (host, *patterns))), ())


@dataclass(frozen=True, slots=True)
class Caller:
    """The workload that looks for a policy."""

    namespace: str
    labels: Mapping[str, str] = field(default_factory=dict)


def policies(
    rules: Iterable[DestinationRule], domain: str, default: Iterable[str] = (), root: str = ""
) -> Policies:
    """Index rules. `default` is the mesh's `exportTo`, `root` its root namespace."""
    return changed_policies(Policies(root, domain, tuple(default)), (), rules)


def changed_policies(
    former: Policies, gone: Iterable[DestinationRule], new: Iterable[DestinationRule]
) -> Policies:
    """Return the policies after some rules went and others came; other hosts keep what they had."""
    lost, come = tuple(gone), tuple(new)
    rules = _replaced(former, lost, come)
    places = dict.fromkeys(_place(one, former.domain) for one in (*lost, *come))
    made = {place: _of_rules(rules.get(place, ()), place, former) for place in places}

    def table(known: _ByPlace, at: int) -> _ByPlace:
        return _updated(known, {place: several[at] for place, several in made.items()})

    return replace(
        former,
        local=table(former.local, 0),
        exported=table(former.exported, 1),
        private=table(former.private, 2),
        wildcards=_wildcards(former.wildcards, rules, places),
        rules=rules,
    )


def _place(rule: DestinationRule, domain: str) -> Place:
    return rule.namespace, fqdn(rule.spec.host, rule.namespace, domain)


def _replaced(
    former: Policies, gone: Iterable[DestinationRule], new: Iterable[DestinationRule]
) -> Mapping[Place, tuple[DestinationRule, ...]]:
    """Return all rules by their places."""
    lost = {one.key for one in gone}
    touched: dict[Place, list[DestinationRule]] = {}
    for place in dict.fromkeys(_place(one, former.domain) for one in gone):
        touched[place] = [one for one in former.rules[place] if one.key not in lost]
    for one in new:
        place = _place(one, former.domain)
        touched.setdefault(place, list(former.rules.get(place, ()))).append(one)
    return _updated(
        former.rules,
        {place: tuple(sorted(several, key=_precedence)) for place, several in touched.items()},
    )


def _updated(
    known: Mapping[Place, tuple[_V, ...]], found: Mapping[Place, tuple[_V, ...]]
) -> Mapping[Place, tuple[_V, ...]]:
    """Change a table at some places; what is empty is not there."""
    other = {at: one for at, one in found.items() if known.get(at, ()) != one}
    if not other:
        return known
    result = {**known, **other}
    for place in [place for place, one in other.items() if not one]:
        del result[place]
    return Table(result, known, tuple(other))


def _wildcards(
    known: Mapping[str, tuple[str, ...]], rules: Collection[Place], places: Iterable[Place]
) -> Mapping[str, tuple[str, ...]]:
    """Bring the patterns up to date of namespaces in which rules for one came or went."""
    touched = {namespace for namespace, host in places if is_wildcard(host)}
    found: dict[str, list[str]] = {namespace: [] for namespace in touched}
    for namespace, host in rules if touched else ():
        if namespace in touched and is_wildcard(host):
            found[namespace].append(host)
    result = {**known, **{at: tuple(sorted(each, key=_longest)) for at, each in found.items()}}
    return {namespace: several for namespace, several in result.items() if several}


def _longest(pattern: str) -> tuple[int, str]:
    return -len(pattern), pattern


def _precedence(rule: DestinationRule) -> tuple[bool, tuple[float, int, str, str]]:
    """Rules for selected workloads come before those for all, then the oldest."""
    return (rule.spec.workload_selector is None, age(rule))


def _written_to(rule: DestinationRule) -> frozenset[str]:
    """A rule for selected workloads never leaves its namespace, whatever it says."""
    if rule.spec.workload_selector is not None:
        return frozenset({OWN_NAMESPACE})
    return frozenset(rule.spec.export_to)


def _is_local(rule: DestinationRule) -> bool:
    """The default of the mesh does not matter: it is either everybody or the own namespace."""
    written = _written_to(rule)
    return not written or bool(written & {EVERYWHERE, OWN_NAMESPACE, rule.namespace})


def _is_private(rule: DestinationRule, default: tuple[str, ...]) -> bool:
    written = _written_to(rule)
    if not written:
        return OWN_NAMESPACE in default
    return written in ({OWN_NAMESPACE}, {rule.namespace})


def _of_rules(
    rules: Iterable[DestinationRule], place: Place, known: Policies
) -> tuple[tuple[Policy, ...], tuple[Policy, ...], tuple[Policy, ...]]:
    """Return what rules for one host say: to their namespace, to others, in the root to itself."""
    local: tuple[Policy, ...] = ()
    exported: tuple[Policy, ...] = ()
    private: tuple[Policy, ...] = ()
    for rule in rules:
        policy = _policy(rule, place[1], known.default)
        hidden = _is_private(rule, known.default)
        if _is_local(rule):
            local = _added(local, policy)
        if not hidden:
            exported = _added(exported, policy)
        elif rule.namespace == known.root:
            private = _added(private, policy)
    return local, exported, private


def _policy(rule: DestinationRule, host: str, default: tuple[str, ...]) -> Policy:
    selector = rule.spec.workload_selector
    written = _written_to(rule)
    return Policy(
        host,
        rule.spec.traffic_policy,
        {subset.name: subset for subset in reversed(rule.spec.subsets)},
        (rule.key,),
        selector.match_labels if selector is not None else None,
        written,
        exported(written, rule.namespace, default),
    )


def _added(known: tuple[Policy, ...], new: Policy) -> tuple[Policy, ...]:
    """Add a policy for the same host: merged into those that reach no further, or beside them.

    One that reaches further than a former one stands by itself as well, for who sees only it, and
    so does a general one beside what it adds to rules for selected workloads.
    """
    alone = True
    result: list[Policy] = []
    for former in known:
        same = new.written_to == former.written_to
        further = bool(former.written_to) and new.written_to > former.written_to
        fits = new.selector in (None, former.selector)
        if not (fits and (same or further)):
            result.append(former)
            continue
        result.append(_merged(former, new))
        alone = alone and not (same and new.selector == former.selector)
    return (*result, new) if alone else tuple(result)


def _merged(former: Policy, new: Policy) -> Policy:
    """The older traffic policy counts, and of subsets with one name the older."""
    return replace(
        former,
        traffic_policy=former.traffic_policy or new.traffic_policy,
        subsets={**new.subsets, **former.subsets},
        sources=(*former.sources, *new.sources),
    )


def candidates(
    known: Policies, host: str, service_namespace: str, namespace: str
) -> tuple[Policy, ...]:
    """Return the policies among which a caller of `namespace` has its own by its labels."""
    own = known.private if namespace == known.root else known.local
    found = known.find(own, namespace, host)
    if found:
        return found
    return next(filter(None, _foreign(known, host, service_namespace, namespace)), ())


def _foreign(
    known: Policies, host: str, service_namespace: str, namespace: str
) -> Iterator[tuple[Policy, ...]]:
    for where in (service_namespace, known.root):
        found = known.find(known.exported, where, host)
        yield tuple(one for one in found if sees(one.exported_to, namespace))


def policy_for(known: Policies, host: str, service_namespace: str, caller: Caller) -> Policy | None:
    """Return the policy that counts for a caller: for its labels, else the general one."""
    general: Policy | None = None
    for one in candidates(known, host, service_namespace, caller.namespace):
        if one.selector is None:
            general = one
        elif wears(caller.labels, one.selector):
            return one
    return general
