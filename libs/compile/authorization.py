"""AuthorizationPolicies of a proxy as filters of its requests and of its bare connections.

Order is Istio's: another service is asked first, then what is only noted, what denies, and last
what allows. With a policy that allows, what none of those allows is denied.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from protogen.envoy.config.listener.v3 import listener_components_pb2 as lc
from protogen.envoy.config.rbac.v3 import rbac_pb2
from protogen.envoy.extensions.filters.network.http_connection_manager.v3 import (
    http_connection_manager_pb2 as hcm_pb2,
)

from libs.compile.attaching import reaching, selected
from libs.compile.callers import Domains, domains_of
from libs.compile.clauses import NeedsRequestsError, Setting, translated
from libs.compile.proxy import Proxy
from libs.envoy import rbac
from libs.kernel.origins import ObjectKey
from libs.meshapi.authorizationpolicy import Action, AuthorizationPolicy
from libs.meshapi.fleet import MeshSettings
from libs.meshapi.targets import PolicyTarget

DRY_RUN: Final = "istio.io/dry-run"
"""Annotation of a policy that is only tried: what it would do is counted."""

_TRUE: Final = frozenset({"1", "t", "T", "TRUE", "true", "True"})
_ORDER: Final = (("AUDIT", rbac.LOG), ("DENY", rbac.DENY), ("ALLOW", rbac.ALLOW))
_TRIED: Final[Mapping[str, str]] = {
    "ALLOW": "istio_dry_run_allow_",
    "DENY": "istio_dry_run_deny_",
}
_Policies = Mapping[str, rbac_pb2.Policy]


@dataclass(frozen=True, slots=True)
class Filters:
    """What stands before all other filters, in their order, and whose wish it is."""

    http: tuple[hcm_pb2.HttpFilter, ...] = ()
    network: tuple[lc.Filter, ...] = ()
    keys: tuple[ObjectKey, ...] = field(default=())

    def __add__(self, other: "Filters") -> "Filters":
        """Return both, these first."""
        keys = tuple(dict.fromkeys((*self.keys, *other.keys)))
        return Filters((*self.http, *other.http), (*self.network, *other.network), keys)


def policies_for(
    objects: Iterable[AuthorizationPolicy], proxy: Proxy, mesh: MeshSettings
) -> tuple[AuthorizationPolicy, ...]:
    """Return the policies that are for a proxy, those of the whole mesh first."""
    return tuple(
        one
        for one in reaching(objects, proxy, mesh.root_namespace)
        if selected(proxy, _labels(one), _targets(one), one.namespace)
    )


def filters_of(mine: Sequence[AuthorizationPolicy], mesh: MeshSettings) -> Filters:
    """Return what policies do by themselves; those of action CUSTOM ask others."""
    domains = domains_of(mesh)
    http: list[hcm_pb2.HttpFilter] = []
    network: list[lc.Filter] = []
    keys: list[ObjectKey] = []
    for action, does in _ORDER:
        members = [one for one in mine if one.spec.action == action]
        if not members:
            continue
        enforced = [one for one in members if not is_dry_run(one)]
        tried = [one for one in members if is_dry_run(one)]
        prefix = _TRIED.get(action, "") if tried else ""
        requests = [_rules(some, does, domains, bytes_only=False) for some in (enforced, tried)]
        http.append(rbac.http_filter(requests[0], requests[1], prefix))
        bare = [_rules(some, does, domains, bytes_only=True) for some in (enforced, tried)]
        network.append(rbac.network_filter(bare[0], bare[1], prefix))
        keys += [one.key for one in members]
    return Filters(tuple(http), tuple(network), tuple(keys))


def is_dry_run(policy: AuthorizationPolicy) -> bool:
    """Say whether a policy is only tried."""
    return policy.metadata.annotations.get(DRY_RUN, "") in _TRUE


def _labels(policy: AuthorizationPolicy) -> Mapping[str, str]:
    return policy.spec.selector.match_labels if policy.spec.selector else {}


def _targets(policy: AuthorizationPolicy) -> tuple[PolicyTarget, ...]:
    return (*filter(None, (policy.spec.target_ref,)), *policy.spec.target_refs)


def _rules(
    policies: Sequence[AuthorizationPolicy],
    does: "rbac_pb2.RBAC.Action",
    domains: Domains,
    *,
    bytes_only: bool,
) -> rbac_pb2.RBAC | None:
    if not policies:
        return None
    found: dict[str, rbac_pb2.Policy] = {}
    for one in policies:
        found.update(rules_of(one, domains, bytes_only=bytes_only))
    return rbac.rules(does, found)


def rules_of(
    policy: AuthorizationPolicy, domains: Domains, *, bytes_only: bool, prefix: str = ""
) -> _Policies:
    """Return a policy's rules by their names; without rules, one that no call fits."""
    action: Action = policy.spec.action
    setting = Setting(policy.namespace, domains, bytes_only, action == "ALLOW")
    name = f"{prefix}ns[{policy.namespace}]-policy[{policy.metadata.name}]-rule"
    found: dict[str, rbac_pb2.Policy] = {}
    for at, rule in enumerate(policy.spec.rules):
        try:
            found[f"{name}[{at}]"] = rbac.rule(*translated(rule, setting))
        except NeedsRequestsError:
            continue  # fewer rules allow less
    return found if policy.spec.rules else {f"{name}[0]": rbac.never()}
