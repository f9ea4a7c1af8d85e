"""VirtualServices and DestinationRules with their names completed, in the order that decides."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from libs.compile.hosts import HostIndex, fqdn, host_index
from libs.kernel.origins import ObjectKey
from libs.meshapi.destinationrule import DestinationRule, Subset
from libs.meshapi.trafficpolicy import TrafficPolicy
from libs.meshapi.virtualservice import MESH_GATEWAY, HTTPRoute, TCPRoute, TLSRoute, VirtualService
from libs.registry.order import age

EVERYWHERE = "*"
_OWN_NAMESPACE = "."


@dataclass(frozen=True, slots=True)
class RouteRules:
    """A VirtualService: complete hosts, and gateways as `namespace/name` or `mesh`."""

    key: ObjectKey
    namespace: str
    hosts: tuple[str, ...]
    gateways: frozenset[str]
    http: tuple[HTTPRoute, ...]
    tls: tuple[TLSRoute, ...] = ()
    tcp: tuple[TCPRoute, ...] = ()
    exported_to: frozenset[str] = frozenset({EVERYWHERE})


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything that the DestinationRules of one namespace say about one host."""

    host: str
    traffic_policy: TrafficPolicy | None
    subsets: Mapping[str, Subset]
    sources: tuple[ObjectKey, ...]


Policies = Mapping[str, HostIndex[Policy]]
"""By namespace, then by host."""


def gateway_name(name: str, namespace: str) -> str:
    """Complete a gateway's name; the old form `name.namespace.svc...` is read as well."""
    if name == MESH_GATEWAY:
        return name
    if "/" in name:
        return name.replace("./", f"{namespace}/", 1) if name.startswith("./") else name
    short, _, rest = name.partition(".")
    return f"{rest.partition('.')[0] or namespace}/{short}"


def route_rules(services: Iterable[VirtualService], domain: str) -> tuple[RouteRules, ...]:
    """Return VirtualServices, the oldest first."""
    return tuple(_rules(one, domain) for one in sorted(services, key=age))


def _rules(service: VirtualService, domain: str) -> RouteRules:
    namespace, spec = service.namespace, service.spec
    return RouteRules(
        key=service.key,
        namespace=namespace,
        hosts=tuple(dict.fromkeys(fqdn(host, namespace, domain) for host in spec.hosts)),
        gateways=frozenset(gateway_name(name, namespace) for name in spec.gateways),
        http=spec.http,
        tls=spec.tls,
        tcp=spec.tcp,
        exported_to=_exported(spec.export_to, namespace),
    )


def _exported(written: Iterable[str], namespace: str) -> frozenset[str]:
    """Complete namespaces; nothing written means all of them."""
    names = {namespace if one == _OWN_NAMESPACE else one for one in written}
    return frozenset(names or {EVERYWHERE})


def rules_for(rules: Iterable[RouteRules], namespace: str) -> tuple[RouteRules, ...]:
    """Return the rules that proxies of `namespace` see.

    Its private ones come first, then those exported to it by name, then those for everybody.
    """
    seen = (one for one in rules if one.exported_to & {namespace, EVERYWHERE})
    return tuple(sorted(seen, key=lambda one: _distance(one, namespace)))


def _distance(rules: RouteRules, namespace: str) -> int:
    if EVERYWHERE in rules.exported_to:
        return 2
    return int(rules.namespace != namespace)


def policies(rules: Iterable[DestinationRule], domain: str) -> Policies:
    """Merge DestinationRules of one namespace and host.

    The oldest traffic policy counts, and of subsets with one name the oldest. Rules for selected
    workloads are left out: they must not reach the others.
    """
    merged: dict[str, dict[str, Policy]] = {}
    general = (rule for rule in rules if rule.spec.workload_selector is None)
    for rule in sorted(general, key=age):
        host = fqdn(rule.spec.host, rule.namespace, domain)
        known = merged.setdefault(rule.namespace, {})
        known[host] = _merged(known.get(host), host, rule)
    return {namespace: host_index(found.items()) for namespace, found in merged.items()}


def _merged(former: Policy | None, host: str, rule: DestinationRule) -> Policy:
    subsets = {subset.name: subset for subset in reversed(rule.spec.subsets)}
    if former is None:
        return Policy(host, rule.spec.traffic_policy, subsets, (rule.key,))
    return Policy(
        host,
        former.traffic_policy or rule.spec.traffic_policy,
        {**subsets, **former.subsets},
        (*former.sources, rule.key),
    )


def policy_for(known: Policies, host: str, namespaces: Iterable[str]) -> Policy | None:
    """Return the policy of the most specific host in the first namespace that has one."""
    for namespace in namespaces:
        found = known[namespace].find(host) if namespace in known else None
        if found is not None:
            return found
    return None
