"""Ports in AuthorizationPolicies: those that the selected workloads have, and what they speak.

A policy means the workload's own port, which a Service calls its target port. Known are the ports
of Services; where a ServiceEntry, a Sidecar or a Gateway may open others, nothing is said.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from libs.desired.finding import Finding
from libs.lint import rules
from libs.lint.clusterview import ClusterView
from libs.lint.coreservices import protocol_of, services_in, services_of, services_selecting
from libs.lint.index import Index
from libs.lint.interface import each
from libs.lint.rulelimits import asks_requests, names_request
from libs.lint.selection import selector_of
from libs.lint.subject import Path, Subject, report
from libs.lint.workloads import selected
from libs.meshapi.authorizationpolicy import AuthorizationPolicy, Rule
from libs.meshapi.gateway import Gateway
from libs.meshapi.service import Service, ServicePort
from libs.meshapi.serviceentry import ServiceEntry
from libs.meshapi.sidecar import Sidecar
from libs.registry.service import Protocol

_OPENING_ENTRIES = Index(
    ServiceEntry, lambda one, _: (one.namespace,) if one.spec.workload_selector else ()
)
_OPENING_SIDECARS = Index(Sidecar, lambda one, _: (one.namespace,) if one.spec.ingress else ())
_GATEWAY_LABELS = Index(Gateway, lambda one, _: one.spec.selector.items())


@dataclass(frozen=True, slots=True)
class _Ports:
    """The workloads' own ports with all that is spoken there, and the Services' by number."""

    spoken: Mapping[int, frozenset[Protocol]]
    leading: Mapping[int, int]
    services: Sequence[Subject[Service]]


def check(view: ClusterView, one: Subject[AuthorizationPolicy]) -> Iterator[Finding]:
    """Look for the ports of every rule, and for rules about requests where only bytes come."""
    known = _known(view, one)
    if known is None:
        return
    for index, rule in enumerate(one.object.spec.rules):
        path: Path = ("spec", "rules", index)
        yield from _missing(one, path, rule, known)
        yield from _bytes_only(one, path, rule, known)


CHECKS = (each(AuthorizationPolicy, check),)


def _known(view: ClusterView, one: Subject[AuthorizationPolicy]) -> _Ports | None:
    """Return the ports of the workloads that a policy selects; None where they are not all known.

    Services count that select such a workload, and those all of whose workloads are selected.
    """
    _, labels = selector_of(one.object)
    targets = one.object.spec.target_ref or one.object.spec.target_refs
    if targets or one.namespace == view.settings.root_namespace or _opened(view, one, labels):
        return None
    found = dict.fromkeys(services_selecting(view, one.namespace, labels))
    found.update(dict.fromkeys(services_of(view, one.namespace, labels)))
    if not labels:
        found.update(dict.fromkeys(services_in(view, one.namespace)))
    spoken: dict[int, set[Protocol]] = {}
    leading: dict[int, int] = {}
    for service in found:
        for port in service.object.spec.ports:
            number = _own(view, service, port)
            if number is None:
                return None
            spoken.setdefault(number, set()).add(protocol_of(port))
            leading.setdefault(port.port, number)
    kept = {number: frozenset(several) for number, several in spoken.items()}
    return _Ports(kept, leading, tuple(found)) if kept else None


def _opened(
    view: ClusterView, one: Subject[AuthorizationPolicy], labels: Mapping[str, str]
) -> bool:
    """Say whether something else than Services may open ports of the workloads."""
    return (
        view.has(_OPENING_ENTRIES, one.namespace)
        or view.has(_OPENING_SIDECARS, one.namespace)
        or any(view.has(_GATEWAY_LABELS, label) for label in labels.items())
    )


def _own(view: ClusterView, service: Subject[Service], port: ServicePort) -> int | None:
    """Return the workload's port behind a Service's; None for a name that nobody declares."""
    target = port.target_port or port.port
    if isinstance(target, int):
        return target
    selector = service.object.spec.selector
    for workload in selected(view, service.namespace, selector) if selector else ():
        for container in workload.pod.containers if workload.pod else ():
            for declared in container.ports:
                if declared.name == target:
                    return declared.container_port
    return None


def _missing(
    one: Subject[AuthorizationPolicy], path: Path, rule: Rule, known: _Ports
) -> Iterator[Finding]:
    for number, to in enumerate(rule.to):
        here = (*path, "to", number, "operation", "ports")
        for index, text in enumerate(to.operation.ports if to.operation else ()):
            yield from _unknown(one, (*here, index), int(text), known)
    for number, condition in enumerate(rule.when):
        if condition.key == "destination.port":
            here = (*path, "when", number, "values")
            for index, text in enumerate(condition.values):
                yield from _unknown(one, (*here, index), int(text), known)


def _unknown(
    one: Subject[AuthorizationPolicy], path: Path, port: int, known: _Ports
) -> Iterator[Finding]:
    if port in known.spoken:
        return
    shown = ", ".join(f"`{number}`" for number in sorted(known.spoken))
    if port in known.leading:
        hint = f"Services lead their port `{port}` there to `{known.leading[port]}`; write that"
    else:
        hint = f"Services lead to {shown}; write one of these"
    text = f"no Service of the selected workloads leads to a port `{port}` of theirs; {hint}"
    yield report(rules.NO_SUCH_PORT, one, path, text, known.services[:1])


def _bytes_only(
    one: Subject[AuthorizationPolicy], path: Path, rule: Rule, known: _Ports
) -> Iterator[Finding]:
    """Find rules about requests all of whose ports carry bytes; a denial of all ports has a rule.

    Such a rule allows no connection, or denies every one.
    """
    if one.object.spec.action not in ("ALLOW", "DENY") or not asks_requests(rule):
        return
    named = {int(port) for to in rule.to if to.operation is not None for port in to.operation.ports}
    everywhere = not rule.to or any(to.operation and not to.operation.ports for to in rule.to)
    if everywhere and one.object.spec.action == "DENY":
        return
    ports = set(known.spoken) if everywhere else named & set(known.spoken)
    if not ports or any(_may_be_requests(known.spoken[port]) for port in ports):
        return
    numbers = ", ".join(f"`{port}`" for port in sorted(ports))
    effect = "allows" if one.object.spec.action == "ALLOW" else "denies"
    what = "no connection there" if effect == "allows" else "every connection there"
    fields = "paths, methods and hosts" if _about_operations(rule) else "tokens and headers"
    text = (
        f"at port {numbers} there are only bytes, of which {fields} are not known, so this "
        f"{effect} {what}; leave them out, or name the Service's port such as `http`"
    )
    yield report(rules.REQUESTS_OF_BYTES, one, path, text, known.services[:1])


def _about_operations(rule: Rule) -> bool:
    return any(to.operation is not None and names_request(to.operation) for to in rule.to)


def _may_be_requests(spoken: frozenset[Protocol]) -> bool:
    return any(one.may_be_http for one in spoken)
