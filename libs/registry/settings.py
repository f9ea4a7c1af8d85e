"""What a mesh says of its services: who sees them, and which are known in their cluster only."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from libs.meshapi.meshconfig.config import (
    MeshConfig,
    ServiceEntryVisibility,
    ServiceSettings,
    Visibility,
)
from libs.registry.exports import NOWHERE, sees
from libs.registry.hostnames import covers, is_wildcard
from libs.registry.namespaces import NamespaceLabels, labels_of


@dataclass(frozen=True, slots=True)
class RegistrySettings:
    """`exports` is the `exportTo` of services that say nothing.

    Hosts that one of `local_hosts` covers have endpoints in their own cluster only. `visibility`
    bounds who sees a ServiceEntry; None bounds nothing.
    """

    exports: tuple[str, ...] = ()
    local_hosts: tuple[str, ...] = ()
    visibility: ServiceEntryVisibility | None = None

    def is_local(self, host: str) -> bool:
        """Say whether a host has endpoints in its own cluster only."""
        return any(covers(one, host) for one in self.local_hosts)

    def bounded(
        self, exported_to: frozenset[str], namespace: str, known: NamespaceLabels
    ) -> frozenset[str]:
        """Return who sees a ServiceEntry of a namespace: never more than its `exportTo` says."""
        if self.visibility is None:
            return exported_to
        found = _visibility(self.visibility, namespace, known)
        if found == "NONE":
            return frozenset({NOWHERE})
        if found != "NAMESPACE":
            return exported_to
        return frozenset({namespace if sees(exported_to, namespace) else NOWHERE})


def registry_settings(mesh: MeshConfig, domain: str) -> RegistrySettings:
    """Return what a mesh says; a bound that leaves sidecars out is none here."""
    bound = mesh.service_entry_visibility
    return RegistrySettings(
        mesh.default_service_export_to,
        tuple(_local_hosts(mesh.service_settings, domain)),
        bound if bound is not None and bound.apply_to_sidecars else None,
    )


def _local_hosts(written: Iterable[ServiceSettings], domain: str) -> Iterator[str]:
    """Yield hosts that are local, and those that are where nobody says otherwise.

    A setting says otherwise for a usual one by its name, or for a wildcard by any host in it.
    """
    others: list[str] = []
    for one in written:
        if one.settings is not None and one.settings.cluster_local:
            yield from one.hosts
        else:
            others.extend(one.hosts)
    for usual in (f"*.kube-system.svc.{domain}", f"kubernetes.default.svc.{domain}"):
        if not any(host == usual or _is_inside(host, usual) for host in others):
            yield usual


def _is_inside(host: str, usual: str) -> bool:
    return is_wildcard(usual) and covers(usual, host)


def _visibility(
    bound: ServiceEntryVisibility, namespace: str, known: NamespaceLabels
) -> Visibility:
    """Return what the first policy says of which all rules match, else what holds by default.

    A rule that names no condition matches nothing.
    """
    labels = labels_of(namespace, known)
    for policy in bound.policies:
        selectors = [one.namespace_selector for one in policy.matching_rules]
        if all(one is not None and one.matches(labels) for one in selectors):
            return policy.visibility
    return bound.default_visibility
