"""Workloads without a proxy, where a PeerAuthentication demands what only a proxy can show.

Whom such a workload calls no file says; but whatever it calls there will refuse it. Only what is
described is named: Pods and Deployments whose namespace is an object of the repository as well.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from libs.desired.finding import Finding
from libs.lint import rules
from libs.lint.clusterview import ClusterView
from libs.lint.injection import PROXY, SYSTEM, is_injected
from libs.lint.interface import each
from libs.lint.namespaces import namespace_object
from libs.lint.subject import Path, Subject, report
from libs.lint.workloads import EVERYWHERE, KnownWorkload, selected
from libs.meshapi.peerauthentication import PeerAuthentication

_NAMED_MAX: Final = 3
_MODE: Final = "istio.io/dataplane-mode"
_MODE_PATH: Path = ("spec", "mtls", "mode")


def check(view: ClusterView, one: Subject[PeerAuthentication]) -> Iterator[Finding]:
    """Find the clients that a demand for mutual TLS leaves outside."""
    spec = one.object.spec
    labels = spec.selector.match_labels if spec.selector else {}
    if spec.mtls is None or spec.mtls.mode != "STRICT":
        return
    mesh_wide = one.namespace == view.settings.root_namespace
    where = EVERYWHERE if mesh_wide else one.namespace
    plain = sorted(
        {
            each_one.key: each_one
            for each_one in selected(view, where, {})
            if not _selected_itself(each_one, labels) and _is_plain(view, each_one)
        }.values(),
        key=lambda found: found.key,
    )
    if not plain:
        return
    named = ", ".join(str(found.key) for found in plain[:_NAMED_MAX])
    more = f" and {len(plain) - _NAMED_MAX} more" if len(plain) > _NAMED_MAX else ""
    text = (
        f"no proxy stands beside {named}{more}, whose calls are plain and refused here; give them "
        "one, or write mode `PERMISSIVE` until they have it"
    )
    yield report(rules.PLAIN_CLIENT, one, _MODE_PATH, text, [found.subject for found in plain])


def _selected_itself(one: KnownWorkload, labels: Mapping[str, str]) -> bool:
    """A policy for selected workloads is not about how these call themselves."""
    return bool(labels) and labels.items() <= one.labels.items()


def _is_plain(view: ClusterView, one: KnownWorkload) -> bool:
    """Say so only of what is known not to get a proxy: not of what nothing is said about."""
    system = {*SYSTEM, view.settings.root_namespace}
    namespace = namespace_object(view, one.namespace)
    if one.pod is None or namespace is None or one.namespace in system:
        return False
    stated = namespace.object.metadata.labels
    containers = (*one.pod.containers, *one.pod.init_containers)
    if any(each_one.name == PROXY for each_one in containers):
        return False
    return _MODE not in {**stated, **one.labels} and not is_injected(stated, one.labels)


CHECKS = (each(PeerAuthentication, check),)
