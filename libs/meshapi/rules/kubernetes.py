"""Rules of Kubernetes' own kinds that a mesh reads beside services."""

import base64
import binascii
from collections.abc import Iterator

from libs.meshapi.deployment import Deployment
from libs.meshapi.endpoints import Endpoints
from libs.meshapi.node import Node
from libs.meshapi.pod import Pod, PodSpec
from libs.meshapi.problems import Path, Problem
from libs.meshapi.quoting import quoted
from libs.meshapi.rules import names
from libs.meshapi.rules.common import each, unique
from libs.meshapi.rules.selection import requirements
from libs.meshapi.secret import Secret

_TLS_KEYS = ("tls.crt", "tls.key")


def check_endpoints(obj: Endpoints) -> Iterator[Problem]:
    """Check addresses, and that several ports have names."""
    for index, subset in enumerate(obj.subsets):
        path: Path = ("subsets", index)
        yield from unique((*path, "ports"), [port.name for port in subset.ports], "name", "port")
        for at, port in enumerate(subset.ports):
            if not port.name and len(subset.ports) > 1:
                text = "`name` is missing; several ports need one each"
                yield Problem((*path, "ports", at), text)
        for name, addresses in (
            ("addresses", subset.addresses),
            ("notReadyAddresses", subset.not_ready_addresses),
        ):
            for at, one in enumerate(addresses):
                if not names.is_ip(one.ip):
                    text = f"{quoted(one.ip)} is no IP address; write one"
                    yield Problem((*path, name, at, "ip"), text)


def check_secret(obj: Secret) -> Iterator[Problem]:
    """Check that data can be decoded and a certificate is whole, without showing any of it."""
    for key, value in obj.data.items():
        if not _is_base64(value):
            text = "this value is no base64; encode it, or write it under `stringData`"
            yield Problem(("data", key), text)
    if obj.type == "kubernetes.io/tls":
        for key in _TLS_KEYS:
            if key not in obj.data and key not in obj.string_data:
                yield Problem(("data",), f"a secret of this type needs `{key}`; write it")


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def check_node(obj: Node) -> Iterator[Problem]:
    """Check the networks of the node's Pods."""
    fault = names.network_fault(obj.spec.pod_cidr) if obj.spec.pod_cidr else None
    if fault is not None:
        yield Problem(("spec", "podCIDR"), fault)
    yield from each(("spec", "podCIDRs"), obj.spec.pod_cidrs, names.network_fault)


def check_pod(obj: Pod) -> Iterator[Problem]:
    """Check containers and their ports."""
    yield from _pod(("spec",), obj.spec)


def check_deployment(obj: Deployment) -> Iterator[Problem]:
    """Check that the selector selects the template's Pods, and the template itself."""
    spec = obj.spec
    yield from requirements(("spec", "selector"), spec.selector)
    if not spec.selector.matches(spec.template.metadata.labels):
        text = "the selector does not match `spec.template.metadata.labels`; write those labels"
        yield Problem(("spec", "selector"), text, at_key=True)
    yield from _pod(("spec", "template", "spec"), spec.template.spec)


def _pod(path: Path, spec: PodSpec) -> Iterator[Problem]:
    if not spec.containers:
        yield Problem((*path, "containers"), "nothing runs here; write at least one container")
    every = [*spec.init_containers, *spec.containers]
    first = len(spec.init_containers)
    seen: set[str] = set()
    for index, container in enumerate(every):
        here = (
            (*path, "initContainers", index)
            if index < first
            else (*path, "containers", index - first)
        )
        if container.name in seen:
            text = f"container {quoted(container.name)} is there already; give it another name"
            yield Problem((*here, "name"), text)
        seen.add(container.name)
        ports = [port.name for port in container.ports]
        yield from unique((*here, "ports"), ports, "name", "port name")
