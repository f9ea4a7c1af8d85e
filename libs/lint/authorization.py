"""AuthorizationPolicies: callers, hosts and methods that exist, and what makes them known.

Who may exist without a file is never an error. Kiali calls unknown hosts and service accounts
errors; a proxy may run as an account that no file describes.
"""

from collections.abc import Iterator, Sequence

from libs.desired.finding import Finding
from libs.lint import istiorules, kialirules
from libs.lint.clusterview import ClusterView, nearest_host
from libs.lint.coreservices import protocol_of, services_selecting
from libs.lint.index import Index
from libs.lint.interface import each
from libs.lint.mutualtls import demand_of
from libs.lint.namespaces import missing_namespace
from libs.lint.nearness import nearest
from libs.lint.selection import selector_of
from libs.lint.subject import Path, Subject, report
from libs.lint.workloads import workloads_of
from libs.meshapi.authorizationpolicy import AuthorizationPolicy, Operation, Rule, Source
from libs.meshapi.deployment import Deployment
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.pod import Pod
from libs.meshapi.workloadentry import WorkloadEntry
from libs.registry.hostnames import is_wildcard
from libs.registry.service import Protocol

_METHODS = frozenset(
    {"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"}
)
_ANY_DOMAIN = "cluster.local"
_CALLERS = ("principals", "not_principals", "namespaces", "not_namespaces")
_DOMAIN_KEYS = ("source.principal", "source.trustDomain")
_HTTP_ONLY = ("hosts", "not_hosts", "methods", "not_methods", "paths", "not_paths")


def _general(obj: AuthorizationPolicy, _domain: str) -> tuple[str, ...]:
    targets = obj.spec.target_ref or obj.spec.target_refs
    return () if targets or selector_of(obj)[1] else (obj.namespace,)


def _labels(obj: AuthorizationPolicy, _domain: str) -> Iterator[tuple[str, str, str]]:
    for key, value in selector_of(obj)[1].items():
        yield obj.namespace, key, value


_GENERAL = Index(AuthorizationPolicy, _general)
_BY_LABEL = Index(AuthorizationPolicy, _labels)
_SELECTING = Index(
    AuthorizationPolicy, lambda one, _: (one.namespace,) if selector_of(one)[1] else ()
)


def check(view: ClusterView, one: Subject[AuthorizationPolicy]) -> Iterator[Finding]:
    """Check what an AuthorizationPolicy names, and whether it can be known at all."""
    for index, rule in enumerate(one.object.spec.rules):
        path: Path = ("spec", "rules", index)
        for number, caller in enumerate(rule.from_):
            if caller.source is not None:
                here = (*path, "from", number, "source")
                yield from _callers(view, one, here, caller.source)
        for number, target in enumerate(rule.to):
            if target.operation is not None:
                here = (*path, "to", number, "operation")
                yield from _operation(view, one, here, target.operation)
        for number, when in enumerate(rule.when):
            if when.key in _DOMAIN_KEYS:
                yield from _foreign(view, one, (*path, "when", number, "values"), when.values)
        yield from _without_identity(view, one, path, rule)
    yield from _denies_connections(view, one)


def _trust_domains(view: ClusterView) -> set[str]:
    settings = view.settings
    return {settings.trust_domain, *settings.trust_domain_aliases, _ANY_DOMAIN}


def _callers(
    view: ClusterView, one: Subject[AuthorizationPolicy], path: Path, source: Source
) -> Iterator[Finding]:
    for field, named in (("principals", source.principals), ("trustDomains", source.trust_domains)):
        yield from _foreign(view, one, (*path, field), named)
    for index, name in enumerate(source.namespaces):
        hint = missing_namespace(view, name) if "*" not in name else None
        if hint is not None:
            sentence = f"there is no namespace `{name}`, so nobody calls from it; {hint}"
            yield report(kialirules.CALLER_NAMESPACE, one, (*path, "namespaces", index), sentence)


def _foreign(
    view: ClusterView, one: Subject[AuthorizationPolicy], path: Path, named: Sequence[str]
) -> Iterator[Finding]:
    """Find trust domains that no caller of the mesh can be of."""
    domains = _trust_domains(view)
    for index, text in enumerate(named):
        domain, slash, _ = text.partition("/")
        written = bool(slash) or path[-1] in ("trustDomains", "values")
        if written and "*" not in domain and ":" not in domain and domain not in domains:
            known = ", ".join(f"`{name}`" for name in sorted(domains - {_ANY_DOMAIN}))
            shown = known or f"`{_ANY_DOMAIN}`"
            sentence = f"trust domain `{domain}` is not this mesh's, which is {shown}; write that"
            yield report(kialirules.TRUST_DOMAIN, one, (*path, index), sentence)


def _operation(
    view: ClusterView, one: Subject[AuthorizationPolicy], path: Path, operation: Operation
) -> Iterator[Finding]:
    for attribute, name in (("methods", "methods"), ("not_methods", "notMethods")):
        for index, method in enumerate(getattr(operation, attribute)):
            if "*" in method or method in _METHODS:
                continue
            upper = method.upper()
            near = upper if upper in _METHODS else nearest(upper, sorted(_METHODS))
            hint = f"did you mean `{near}`?" if near else "write one such as `GET`"
            text = f"HTTP has no method `{method}`; {hint}"
            yield report(kialirules.METHOD, one, (*path, name, index), text)
    domain = f".svc.{view.domain}"
    for index, written in enumerate(operation.hosts):
        host = written.partition(":")[0].lower()
        if is_wildcard(host) or host.endswith("*") or not host.endswith(domain):
            continue
        if view.service(host) is None:
            near = nearest_host(view, host, one.namespace)
            hint = f"did you mean `{near}`?" if near else "correct the name, or add the service"
            text = f"no service has the host `{host}`; {hint}"
            yield report(kialirules.POLICY_HOST, one, (*path, "hosts", index), text)


def _without_identity(
    view: ClusterView, one: Subject[AuthorizationPolicy], path: Path, rule: Rule
) -> Iterator[Finding]:
    """Find rules about who calls where no certificate of the caller is ever seen."""
    demand = demand_of(view, one.namespace)
    if demand is None or one.namespace == view.settings.root_namespace or demand.mode != "DISABLE":
        return
    for number, caller in enumerate(rule.from_):
        for name in _CALLERS:
            if caller.source is not None and getattr(caller.source, name):
                text = (
                    f"{demand.by.key} switches mutual TLS off, without which no caller has an "
                    "identity; write mode `STRICT` there"
                )
                here = (*path, "from", number, "source")
                yield report(kialirules.IDENTITY_WITHOUT_MTLS, one, here, text, [demand.by])
                return


def _denies_connections(view: ClusterView, one: Subject[AuthorizationPolicy]) -> Iterator[Finding]:
    """Find denials by path or method for workloads with a TCP port, where they deny everything."""
    if one.object.spec.action != "DENY":
        return
    for index, rule in enumerate(one.object.spec.rules):
        only_http = rule.to and all(
            to.operation
            and any(getattr(to.operation, name) for name in _HTTP_ONLY)
            and not (to.operation.ports or to.operation.not_ports)
            for to in rule.to
        )
        port = _tcp_port(view, one) if only_http and not rule.from_ and not rule.when else None
        if port is not None:
            text = (
                f"port {port} is TCP, where paths, methods and hosts are not known and this rule "
                "denies every connection; write the HTTP ports under `ports`"
            )
            yield report(istiorules.SUSPICIOUS, one, ("spec", "rules", index), text)


def _tcp_port(view: ClusterView, one: Subject[AuthorizationPolicy]) -> int | None:
    """Return a TCP port of a service all of whose workloads the policy selects."""
    _, labels = selector_of(one.object)
    for service in services_selecting(view, one.namespace, labels):
        for port in service.object.spec.ports:
            if protocol_of(port) is Protocol.TCP:
                return port.port
    return None


def _unprotected(view: ClusterView, one: Subject[MeshObject]) -> Iterator[Finding]:
    """Find a workload without a policy in a namespace where every policy selects some others."""
    spaces = dict.fromkeys((one.namespace, view.settings.root_namespace))
    if not view.has(_SELECTING, one.namespace) or any(view.has(_GENERAL, each) for each in spaces):
        return
    for workload in workloads_of(one):
        selecting = (
            policy
            for space in spaces
            for label in workload.labels.items()
            for policy in view.find(_BY_LABEL, (space, *label))
            if selector_of(policy.object)[1].items() <= workload.labels.items()
        )
        if not any(selecting):
            text = (
                "no AuthorizationPolicy is for this workload, while its namespace has some for "
                "others; write one, if its callers are to be limited as well"
            )
            yield report(kialirules.NO_AUTHORIZATION, one, (), text)
            return


CHECKS = (
    each(AuthorizationPolicy, check),
    *(each(kind, _unprotected) for kind in (WorkloadEntry, Pod, Deployment)),
)
