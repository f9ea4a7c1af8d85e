"""Sidecars: at most one for a workload, and imports that exist."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from libs.compile.hosts import ANY, is_wildcard
from libs.desired.finding import Finding
from libs.lint import rules
from libs.lint.clusterview import ClusterView, nearest_host
from libs.lint.subject import Subject, report
from libs.meshapi.sidecar import Sidecar
from libs.meshapi.workloadentry import WorkloadEntry

_SELECTOR = ("spec", "workloadSelector")
_NOWHERE = "~"


def check(view: ClusterView) -> Iterator[Finding]:
    """Compare the Sidecars of each namespace, and look for the hosts that they import."""
    by_namespace: dict[str, list[Subject[Sidecar]]] = {}
    for one in view.of(Sidecar):
        by_namespace.setdefault(one.namespace, []).append(one)
        yield from _unknown_imports(view, one)
    for namespace, sidecars in by_namespace.items():
        yield from _several_general(namespace, sidecars)
        yield from _same_workload(view, namespace, sidecars)


def _several_general(namespace: str, sidecars: Sequence[Subject[Sidecar]]) -> Iterator[Finding]:
    general = [one for one in sidecars if one.object.spec.workload_selector is None]
    for one in general[1:]:
        text = (
            f"{general[0].key} is for the whole namespace `{namespace}` as well; "
            "keep one, or write a `workloadSelector`"
        )
        yield report(rules.SIDECARS_OF_ONE_NAMESPACE, one, (), text, [general[0]])


def _same_workload(
    view: ClusterView, namespace: str, sidecars: Sequence[Subject[Sidecar]]
) -> Iterator[Finding]:
    workloads = [one for one in view.of(WorkloadEntry) if one.namespace == namespace]
    selecting = [one for one in sidecars if one.object.spec.workload_selector is not None]
    for first, second in combinations(selecting, 2):
        for workload in workloads:
            labels = workload.object.spec.labels
            if _selects(first.object, labels) and _selects(second.object, labels):
                text = f"{first.key} selects {workload.key} as well; narrow one `workloadSelector`"
                yield report(rules.SIDECARS_OF_ONE_WORKLOAD, second, _SELECTOR, text, [first])
                break


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
