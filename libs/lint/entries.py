"""ServiceEntries against each other, WorkloadGroups, and workloads that nobody calls.

Two ServiceEntries of one namespace for one host are one service with the endpoints of both, so only
a different protocol of one port is a conflict there. Of two namespaces only one counts.
"""

from collections.abc import Iterable, Iterator
from itertools import product, takewhile

from libs.desired.finding import Finding
from libs.lint import istiorules, kialirules, rules
from libs.lint.clusterview import ClusterView
from libs.lint.index import Index
from libs.lint.interface import each
from libs.lint.nearness import nearest
from libs.lint.subject import Path, Subject, report
from libs.meshapi.serviceaccount import ServiceAccount
from libs.meshapi.serviceentry import ServiceEntry, ServicePort
from libs.meshapi.workloadentry import HEALTH_ANNOTATION, WorkloadEntry
from libs.meshapi.workloadgroup import WorkloadGroup
from libs.registry.protocols import entry_protocol
from libs.registry.service import Protocol

_EVERYWHERE = "*"


def _claims(obj: ServiceEntry, _domain: str) -> Iterator[tuple[str, int]]:
    ports = [port.number for port in obj.spec.ports]
    return product((host.lower() for host in obj.spec.hosts), ports)


def _labels(obj: WorkloadGroup, _domain: str) -> Iterator[tuple[object, ...]]:
    labels = dict(obj.spec.metadata.labels if obj.spec.metadata else {})
    labels |= obj.spec.template.labels
    if labels:
        yield obj.namespace, *sorted(labels.items())


_CLAIMS = Index(ServiceEntry, _claims)
_LABELS = Index(WorkloadGroup, _labels)
_ACCOUNTS = Index(ServiceAccount, lambda one, _: (one.namespace,))


def _entry(view: ClusterView, one: Subject[ServiceEntry]) -> Iterator[Finding]:
    """Check a ServiceEntry by itself and against the older ones."""
    yield from _without_address(one)
    for index, port in enumerate(one.object.spec.ports):
        for host in dict.fromkeys(one.object.spec.hosts):
            others = view.find(_CLAIMS, (host.lower(), port.number))
            older = takewhile(lambda other: other is not one, others)
            yield from _against(older, one, port, (("spec", "ports", index), host))


def _against(
    older: Iterable[Subject[ServiceEntry]],
    one: Subject[ServiceEntry],
    port: ServicePort,
    place: tuple[Path, str],
) -> Iterator[Finding]:
    """Compare a port with the first earlier one of the same host and number that callers share."""
    path, host = place
    for other in older:
        same = next(item for item in other.object.spec.ports if item.number == port.number)
        if not _seen_together(other, one):
            continue
        what = f"port {port.number} of `{host}`"
        if _spoken(same) is not _spoken(port):
            text = (
                f"{what} speaks {_spoken(port)} here and {_spoken(same)} in {other.key}; "
                "write one protocol"
            )
            yield report(istiorules.ENTRIES_DISAGREE, one, path, text, [other])
        elif other.namespace != one.namespace:
            text = (
                f"{other.key} is for {what} as well, and of different namespaces only one counts; "
                "keep one"
            )
            yield report(kialirules.ENTRY_TWICE, one, path, text, [other])
        return


def _seen_together(one: Subject[ServiceEntry], other: Subject[ServiceEntry]) -> bool:
    mine, theirs = _audience(one), _audience(other)
    return _EVERYWHERE in mine or _EVERYWHERE in theirs or bool(mine & theirs)


def _audience(one: Subject[ServiceEntry]) -> set[str]:
    return {
        one.namespace if name == "." else name
        for name in one.object.spec.export_to or (_EVERYWHERE,)
    }


def _spoken(port: ServicePort) -> Protocol:
    return entry_protocol(port.name, port.protocol)


def _without_address(one: Subject[ServiceEntry]) -> Iterator[Finding]:
    spec = one.object.spec
    if spec.addresses:
        return
    for index, port in enumerate(spec.ports):
        if _spoken(port) is Protocol.TCP:
            text = (
                f"port {port.number} is TCP and there are no `addresses`, so it takes the calls to "
                "any address on this port; write `addresses`, or a protocol with host names"
            )
            yield report(istiorules.ENTRY_WITHOUT_ADDRESS, one, ("spec", "ports", index), text)


def _group(view: ClusterView, one: Subject[WorkloadGroup]) -> Iterator[Finding]:
    """Check the account of a WorkloadGroup, and its labels against the older ones."""
    name = one.object.spec.template.service_account
    accounts = view.find(_ACCOUNTS, one.namespace) if name else ()
    known = {"default", *(account.key.name for account in accounts)}
    if accounts and name not in known:
        near = nearest(name, known)
        hint = f"did you mean `{near}`?" if near else "correct the name, or add it"
        text = f"namespace `{one.namespace}` has no service account `{name}`; {hint}"
        yield report(kialirules.GROUP_ACCOUNT, one, ("spec", "template", "serviceAccount"), text)
    for key in _labels(one.object, view.domain):
        former = view.find(_LABELS, key)[0]
        if former is not one:
            text = (
                f"{former.key} has the same labels, so policies cannot tell them apart; "
                "give this one other labels"
            )
            yield report(kialirules.GROUP_LABELS, one, ("spec",), text, [former])


def _workload(_: ClusterView, one: Subject[WorkloadEntry]) -> Iterator[Finding]:
    """Find a workload that is never called: it is probed, and no status tells the outcome."""
    if one.object.healthy or one.object.status is not None:
        return
    text = (
        f"the annotation `{HEALTH_ANNOTATION}` says that probes decide whether it is called, and "
        "there is no `status` with a condition `Healthy`; remove the annotation where nobody "
        "writes one"
    )
    path = ("metadata", "annotations", HEALTH_ANNOTATION)
    yield report(rules.NEVER_HEALTHY, one, path, text)


CHECKS = (
    each(ServiceEntry, _entry),
    each(WorkloadGroup, _group),
    each(WorkloadEntry, _workload),
)
