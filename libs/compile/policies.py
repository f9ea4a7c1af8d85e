"""DestinationRules by who looks for them: which counts for a caller, and what several say together.

A caller looks in its own namespace, then in the service's, then in the root namespace; the most
specific host of the first namespace that has one decides.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from libs.compile.hosts import HostIndex, fqdn, host_index
from libs.kernel.origins import ObjectKey
from libs.meshapi.destinationrule import DestinationRule, Subset
from libs.meshapi.trafficpolicy import TrafficPolicy
from libs.registry.exports import EVERYWHERE, OWN_NAMESPACE, exported, sees
from libs.registry.labels import wears
from libs.registry.order import age


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


_Index = Mapping[str, HostIndex[tuple[Policy, ...]]]


@dataclass(frozen=True, slots=True)
class Policies:
    """All policies by namespace, then by host.

    `local` has what callers of the namespace itself see, `exported` what others may, and
    `private` what the root namespace keeps for its own callers.
    """

    root: str = ""
    local: _Index = field(default_factory=dict)
    exported: _Index = field(default_factory=dict)
    private: _Index = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Caller:
    """The workload that looks for a policy."""

    namespace: str
    labels: Mapping[str, str] = field(default_factory=dict)


def policies(
    rules: Iterable[DestinationRule], domain: str, default: Iterable[str] = (), root: str = ""
) -> Policies:
    """Index rules. `default` is the mesh's `exportTo`, `root` its root namespace."""
    default = tuple(default)
    ordered = sorted(rules, key=_precedence)
    private = {one.key for one in ordered if _is_private(one, default)}
    return Policies(
        root,
        local=_index((one for one in ordered if _is_local(one)), domain, default),
        exported=_index((one for one in ordered if one.key not in private), domain, default),
        private=_index(
            (one for one in ordered if one.key in private and one.namespace == root),
            domain,
            default,
        ),
    )


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


def _index(rules: Iterable[DestinationRule], domain: str, default: tuple[str, ...]) -> _Index:
    merged: dict[str, dict[str, tuple[Policy, ...]]] = {}
    for rule in rules:
        host = fqdn(rule.spec.host, rule.namespace, domain)
        known = merged.setdefault(rule.namespace, {})
        known[host] = _added(known.get(host, ()), _policy(rule, host, default))
    return {namespace: host_index(found.items()) for namespace, found in merged.items()}


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
    found = own[namespace].find(host) if namespace in own else None
    if found is not None:
        return found
    return next(filter(None, _foreign(known, host, service_namespace, namespace)), ())


def _foreign(
    known: Policies, host: str, service_namespace: str, namespace: str
) -> Iterator[tuple[Policy, ...]]:
    for where in (service_namespace, known.root):
        found = known.exported[where].find(host) if where in known.exported else None
        yield tuple(one for one in found or () if sees(one.exported_to, namespace))


def policy_for(known: Policies, host: str, service_namespace: str, caller: Caller) -> Policy | None:
    """Return the policy that counts for a caller: for its labels, else the general one."""
    general: Policy | None = None
    for one in candidates(known, host, service_namespace, caller.namespace):
        if one.selector is None:
            general = one
        elif wears(caller.labels, one.selector):
            return one
    return general
