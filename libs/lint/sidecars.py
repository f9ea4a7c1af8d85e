"""Sidecars: at most one for a workload, and imports that exist."""

from collections.abc import Iterator, Mapping
from itertools import takewhile

from libs.desired.finding import Finding
from libs.lint import rules
from libs.lint.clusterview import ClusterView, nearest_host
from libs.lint.index import Index
from libs.lint.interface import each
from libs.lint.subject import Subject, report
from libs.meshapi.sidecar import Sidecar
from libs.meshapi.workloadentry import WorkloadEntry
from libs.registry.hostnames import ANY, is_wildcard

_SELECTOR = ("spec", "workloadSelector")
_NOWHERE = "~"


_GENERAL = Index(
    Sidecar,
    lambda one, _: (one.namespace,) if one.spec.workload_selector is None else (),
)
_SELECTING = Index(
    Sidecar,
    lambda one, _: (one.namespace,) if one.spec.workload_selector is not None else (),
)
_WORKLOADS = Index(WorkloadEntry, lambda one, _: (one.namespace,))


def check(view: ClusterView, one: Subject[Sidecar]) -> Iterator[Finding]:
    """Compare a Sidecar with the older ones of its namespace, and look for what it imports."""
    yield from _unknown_imports(view, one)
    if one.object.spec.workload_selector is None:
        yield from _second_general(view, one)
    else:
        yield from _same_workload(view, one)


CHECKS = (each(Sidecar, check),)


def _second_general(view: ClusterView, one: Subject[Sidecar]) -> Iterator[Finding]:
    first = view.find(_GENERAL, one.namespace)[0]
    if first is not one:
        text = (
            f"{first.key} is for the whole namespace `{one.namespace}` as well; "
            "keep one, or write a `workloadSelector`"
        )
        yield report(rules.SIDECARS_OF_ONE_NAMESPACE, one, (), text, [first])


def _same_workload(view: ClusterView, one: Subject[Sidecar]) -> Iterator[Finding]:
    """Report a Sidecar that shares a workload with an older one, once, with the first such."""
    older = list(takewhile(lambda former: former is not one, view.find(_SELECTING, one.namespace)))
    workloads = view.find(_WORKLOADS, one.namespace) if older else ()
    for workload in workloads:
        labels = workload.object.spec.labels
        first = next((x for x in older if _selects(x.object, labels)), None)
        if first is not None and _selects(one.object, labels):
            shared = f"{first.key} selects {workload.key} as well"
            text = f"{shared}; narrow one `workloadSelector`"
            yield report(rules.SIDECARS_OF_ONE_WORKLOAD, one, _SELECTOR, text, [first])
            return


def _selects(obj: Sidecar, labels: Mapping[str, str]) -> bool:
    selector = obj.spec.workload_selector
    return selector is not None and selector.labels.items() <= labels.items()


def _unknown_imports(view: ClusterView, one: Subject[Sidecar]) -> Iterator[Finding]:
    for index, listener in enumerate(one.object.spec.egress):
        for number, text in enumerate(listener.hosts):
            where, _, host = text.rpartition("/")
            if where == _NOWHERE or is_wildcard(host) or view.service(host.lower()):
                continue
            near = nearest_host(view, host, one.namespace)
            hint = f"did you mean `{where or ANY}/{near}`?" if near else "correct or remove it"
            path = ("spec", "egress", index, "hosts", number)
            sentence = f"no service has the host `{host}`; {hint}"
            yield report(rules.IMPORT_WITHOUT_SERVICE, one, path, sentence)
