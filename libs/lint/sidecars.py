"""Sidecars: at most one for a workload, and imports that exist."""

from collections.abc import Iterator, Mapping, Sequence

from libs.compile.hosts import ANY, is_wildcard
from libs.desired.finding import Finding
from libs.kernel.origins import ObjectKey
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
    """Report each Sidecar that shares a workload with an older one, once, with the first such."""
    reported: set[ObjectKey] = set()
    for workload in view.of(WorkloadEntry):
        if workload.namespace != namespace:
            continue
        labels = workload.object.spec.labels
        selecting = [one for one in sidecars if _selects(one.object, labels)]
        for one in selecting[1:]:
            if one.key not in reported:
                reported.add(one.key)
                shared = f"{selecting[0].key} selects {workload.key} as well"
                text = f"{shared}; narrow one `workloadSelector`"
                yield report(rules.SIDECARS_OF_ONE_WORKLOAD, one, _SELECTOR, text, [selecting[0]])


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
