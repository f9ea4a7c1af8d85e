"""Mutual TLS on which both sides have to agree: DestinationRules and PeerAuthentications.

Where neither says anything, clients speak mutual TLS to workloads that can, and workloads accept
both. A call fails only where one side insists and the other refuses, so only that is said, once,
at the DestinationRule. Kiali calls both directions errors; but workloads without a proxy demand
nothing, whatever a PeerAuthentication says, and a DestinationRule may be there for just those.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from libs.compile.hosts import fqdn
from libs.desired.finding import Finding, Rule
from libs.lint import kialirules
from libs.lint.clusterview import ClusterView
from libs.lint.hostservices import SERVICE_HOSTS
from libs.lint.index import Index
from libs.lint.interface import each
from libs.lint.subject import Subject, report
from libs.meshapi.destinationrule import DestinationRule
from libs.meshapi.peerauthentication import PeerAuthentication
from libs.registry.hostnames import is_wildcard

_MUTUAL = "ISTIO_MUTUAL"
_MODE = ("spec", "trafficPolicy", "tls", "mode")


_WHOLE_MESH = "*"


@dataclass(frozen=True, slots=True)
class Demand:
    """What workloads of a namespace ask of their callers, and who says so."""

    mode: str
    by: Subject[PeerAuthentication]


def _general(obj: PeerAuthentication, _domain: str) -> tuple[str, ...]:
    return (obj.namespace,) if _mode(obj) != "UNSET" and not _selects(obj) else ()


def _mode(obj: PeerAuthentication) -> str:
    return obj.spec.mtls.mode if obj.spec.mtls else "UNSET"


def _selects(obj: PeerAuthentication) -> bool:
    return obj.spec.selector is not None and bool(obj.spec.selector.match_labels)


def _speaks(obj: DestinationRule, domain: str) -> Iterator[str]:
    """Return the namespace with whose workloads a rule makes callers speak mutual TLS."""
    policy = obj.spec.traffic_policy
    if policy is not None and policy.tls is not None and policy.tls.mode == _MUTUAL:
        namespace = _namespace(fqdn(obj.spec.host, obj.namespace, domain), domain)
        if namespace is not None:
            yield namespace


_GENERAL = Index(PeerAuthentication, _general)
_SELECTING = Index(PeerAuthentication, lambda one, _: (one.namespace,) if _selects(one) else ())
_SPEAKING = Index(DestinationRule, _speaks)


def demand_of(view: ClusterView, namespace: str) -> Demand | None:
    """Return what holds for all workloads of a namespace.

    None where nothing is said, and where single workloads have a policy of their own.
    """
    return None if view.has(_SELECTING, namespace) else _general_demand(view, namespace)


def demand_on(view: ClusterView, namespace: str, labels: Mapping[str, str]) -> Demand | None:
    """Return what holds for all workloads of a service that selects them by `labels`.

    None where nothing is said, where ports differ, and where it may differ between its workloads.
    """
    for one in view.find(_SELECTING, namespace):
        wanted = one.object.spec.selector.match_labels if one.object.spec.selector else {}
        if not all(labels.get(key, value) == value for key, value in wanted.items()):
            continue
        if not wanted.items() <= labels.items() or one.object.spec.port_level_mtls:
            return None
        mode = _mode(one.object)
        return Demand(mode, one) if mode != "UNSET" else _general_demand(view, namespace)
    return _general_demand(view, namespace)


def _general_demand(view: ClusterView, namespace: str) -> Demand | None:
    for where in (namespace, view.settings.root_namespace):
        for one in view.find(_GENERAL, where):
            return Demand(_mode(one.object), one)
    return None


def _namespace(host: str, domain: str) -> str | None:
    """Return the namespace of a service's host or of `*.<namespace>.svc...`; `*` for the mesh."""
    if host in ("*.local", f"*.svc.{domain}", f"*.{domain}"):
        return _WHOLE_MESH
    _, dot, rest = host.removesuffix(f".svc.{domain}").partition(".")
    return rest if dot and rest and "." not in rest and host.endswith(f".svc.{domain}") else None


def _rule(view: ClusterView, one: Subject[DestinationRule]) -> Iterator[Finding]:
    """Compare a DestinationRule for the mesh's services with what these demand."""
    policy = one.object.spec.traffic_policy
    if policy is not None and policy.tls is not None and not policy.port_level_settings:
        yield from _contradiction(view, one, policy.tls.mode)


def _contradiction(
    view: ClusterView, one: Subject[DestinationRule], mode: str
) -> Iterator[Finding]:
    host = fqdn(one.object.spec.host, one.namespace, view.domain)
    root = view.settings.root_namespace
    namespace = _namespace(host, view.domain)
    namespace = root if namespace == _WHOLE_MESH else namespace
    demand = _demanded(view, host, namespace) if namespace is not None else None
    service = view.service(host) if not is_wildcard(host) else None
    if demand is None or (service is not None and not service.kubernetes):
        return
    mesh_wide = demand.by.namespace == root
    if mode == _MUTUAL and demand.mode == "DISABLE":
        text = f"{demand.by.key} switches mutual TLS off, so these calls fail; write mode `DISABLE`"
        rule = _either(mesh_wide, kialirules.MESH_MTLS_REFUSED, kialirules.NAMESPACE_MTLS_REFUSED)
    elif mode != _MUTUAL and demand.mode == "STRICT":
        text = (
            f"{demand.by.key} demands mutual TLS, so calls to workloads with a proxy fail; "
            f"write mode `{_MUTUAL}`"
        )
        rule = _either(mesh_wide, kialirules.MESH_MTLS_MISSING, kialirules.NAMESPACE_MTLS_MISSING)
    else:
        return
    yield report(rule, one, _MODE, text, [demand.by])


def _demanded(view: ClusterView, host: str, namespace: str) -> Demand | None:
    """Return what all workloads of a host demand."""
    selectors = [one.object.spec.selector for one in view.find(SERVICE_HOSTS, host)]
    if len(selectors) == 1 and selectors[0]:
        return demand_on(view, namespace, selectors[0])
    return demand_of(view, namespace)


def _either(first: bool, one: Rule, other: Rule) -> Rule:  # noqa: FBT001 - which of the two
    return one if first else other


def _peers(view: ClusterView, one: Subject[PeerAuthentication]) -> Iterator[Finding]:
    """Without automatic mutual TLS a demand needs a DestinationRule."""
    demands = _mode(one.object) == "STRICT" and not _selects(one.object)
    if view.settings.enable_auto_mtls is not False or not demands:
        return
    spoken = view.keys(_SPEAKING)
    mesh_wide = one.namespace == view.settings.root_namespace
    if _WHOLE_MESH in spoken or one.namespace in spoken or (mesh_wide and spoken):
        return
    host = "*.local" if mesh_wide else f"*.{one.namespace}.svc.{view.domain}"
    text = (
        "this demands mutual TLS, and with `enableAutoMtls: false` clients do not speak it; "
        f"write a DestinationRule for `{host}` with TLS mode `{_MUTUAL}`"
    )
    missing = (kialirules.MESH_WITHOUT_AUTO_MTLS, kialirules.NAMESPACE_WITHOUT_AUTO_MTLS)
    yield report(_either(mesh_wide, *missing), one, ("spec", "mtls"), text)


CHECKS = (each(DestinationRule, _rule), each(PeerAuthentication, _peers))
