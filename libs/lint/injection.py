"""Namespaces and Pods: whether a proxy is injected, as far as the files say it.

Nothing is said about a namespace that is no object of the repository: its labels are elsewhere.
"""

from collections.abc import Iterator, Mapping

from libs.desired.finding import Finding
from libs.lint import istiorules
from libs.lint.clusterview import ClusterView
from libs.lint.interface import each
from libs.lint.namespaces import namespace_object
from libs.lint.subject import Path, Subject, report
from libs.lint.workloads import KnownWorkload, selected, workloads_of
from libs.meshapi.deployment import Deployment
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.namespace import Namespace
from libs.meshapi.pod import Container, Pod

_INJECTION, _REVISION, _MODE = "istio-injection", "istio.io/rev", "istio.io/dataplane-mode"
_POD_LABEL = "sidecar.istio.io/inject"
_PROXY_USER = 1337
PROXY = "istio-proxy"
"""Name of the container that is the proxy."""

SYSTEM = frozenset({"kube-system", "kube-public", "kube-node-lease"})
"""Namespaces of the cluster itself."""


def _namespace(view: ClusterView, one: Subject[Namespace]) -> Iterator[Finding]:
    """Check the labels of a Namespace."""
    yield from _labels(view, one.key.name, one)


def _pods(view: ClusterView, one: Subject[MeshObject]) -> Iterator[Finding]:
    """Check what Pods expect of injection."""
    for workload in workloads_of(one):
        yield from _images(view, workload)
        yield from _users(workload)


CHECKS = (each(Namespace, _namespace), each(Deployment, _pods), each(Pod, _pods))


def _labels(view: ClusterView, name: str, one: Subject[Namespace]) -> Iterator[Finding]:
    labels = one.object.metadata.labels
    if _INJECTION in labels and _REVISION in labels:
        text = (
            f"`{_INJECTION}` and `{_REVISION}` both decide about injection, and the first one "
            "wins; keep one of them"
        )
        path: Path = ("metadata", "labels", _REVISION)
        yield report(istiorules.INJECTION_LABELS, one, path, text)
    system = {*SYSTEM, view.settings.root_namespace}
    if name in system or {_INJECTION, _REVISION, _MODE} & labels.keys():
        return
    known = selected(view, name, {})
    if any(workload.pod is not None and _POD_LABEL not in workload.labels for workload in known):
        text = (
            f"nothing says whether Pods of this namespace get a proxy; write the label "
            f"`{_INJECTION}: enabled` or `disabled`"
        )
        yield report(istiorules.NOT_INJECTED, one, (), text)


def _images(view: ClusterView, workload: KnownWorkload) -> Iterator[Finding]:
    namespace = namespace_object(view, workload.namespace)
    if namespace is None or is_injected(namespace.object.metadata.labels, workload.labels):
        return
    for path, container in _containers(workload):
        if container.image == "auto":
            text = (
                f"image `auto` is replaced by injection, and namespace `{workload.namespace}` has "
                f"none; label it `{_INJECTION}: enabled`"
            )
            is_pod = not isinstance(workload.subject.object, Deployment)
            rule = (
                istiorules.POD_IMAGE_WITHOUT_INJECTION
                if is_pod
                else istiorules.IMAGE_WITHOUT_INJECTION
            )
            yield report(rule, workload.subject, (*path, "image"), text, [namespace])


def is_injected(namespace: Mapping[str, str], pod: Mapping[str, str]) -> bool:
    """Say whether Pods with these labels get a proxy in a namespace with those."""
    own = pod.get(_POD_LABEL)
    if own is not None or _REVISION in pod:
        return own != "false"
    return namespace.get(_INJECTION) == "enabled" or (
        _INJECTION not in namespace and _REVISION in namespace
    )


def _users(workload: KnownWorkload) -> Iterator[Finding]:
    text = (
        f"calls of user {_PROXY_USER} are not intercepted, since the proxy runs as this user; "
        "write another `runAsUser`"
    )
    pod = workload.pod
    if pod is None or any(one.name == PROXY for one in pod.containers):
        return
    general = pod.security_context
    if general is not None and general.run_as_user == _PROXY_USER:
        path = (*_pod_path(workload), "securityContext", "runAsUser")
        yield report(istiorules.PROXY_USER, workload.subject, path, text)
    for path, container in _containers(workload):
        context = container.security_context
        if context is not None and context.run_as_user == _PROXY_USER:
            here = (*path, "securityContext", "runAsUser")
            yield report(istiorules.PROXY_USER, workload.subject, here, text)


def _containers(workload: KnownWorkload) -> Iterator[tuple[Path, Container]]:
    if workload.pod is not None:
        for index, container in enumerate(workload.pod.containers):
            yield (*_pod_path(workload), "containers", index), container


def _pod_path(workload: KnownWorkload) -> Path:
    if isinstance(workload.subject.object, Deployment):
        return ("spec", "template", "spec")
    return ("spec",)
