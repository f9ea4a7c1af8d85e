"""Objects of the Gateway API: what routes attach to and lead to, and Gateways against each other.

Kiali calls a missing class or namespace an error. A controller may bring its class itself, and a
grant for nobody hurts nobody.
"""

from collections.abc import Iterator
from itertools import product, takewhile
from typing import Any

from libs.desired.finding import Finding
from libs.lint import kialirules
from libs.lint.clusterview import ClusterView
from libs.lint.coreservices import service_names
from libs.lint.index import Index
from libs.lint.interface import each
from libs.lint.namespaces import missing_namespace
from libs.lint.nearness import nearest
from libs.lint.subject import Path, Subject, report
from libs.meshapi.gatewayapi.gateway import Gateway
from libs.meshapi.gatewayapi.gatewayclass import GatewayClass
from libs.meshapi.gatewayapi.grpcroute import GRPCRoute
from libs.meshapi.gatewayapi.httproute import HTTPRoute
from libs.meshapi.gatewayapi.referencegrant import ReferenceGrant
from libs.meshapi.gatewayapi.references import GROUP, ParentReference, WeightedBackend
from libs.meshapi.gatewayapi.tcproute import TCPRoute
from libs.meshapi.gatewayapi.tlsroute import TLSRoute
from libs.meshapi.meshobject import MeshObject

_ROUTES: tuple[type[MeshObject], ...] = (HTTPRoute, GRPCRoute, TLSRoute, TCPRoute)
_EVERY_HOST = "*"


def _name(obj: MeshObject, _domain: str) -> tuple[str, ...]:
    return (f"{obj.namespace}/{obj.metadata.name}",)


def _sockets(obj: Gateway, _domain: str) -> Iterator[tuple[str, str, int]]:
    for address, listener in product(obj.spec.addresses, obj.spec.listeners):
        yield obj.spec.gateway_class_name, address.value, listener.port


_GATEWAYS = Index(Gateway, _name)
_CLASSES = Index(GatewayClass, lambda one, _: (one.metadata.name,))
_LISTENING = Index(Gateway, _sockets)
_AT_ADDRESS = Index(
    Gateway, lambda one, _: ((item.type, item.value) for item in one.spec.addresses)
)


def _attached(view: ClusterView, one: Subject[Any]) -> Iterator[Finding]:
    """Check what a route attaches to."""
    for index, parent in enumerate(one.object.spec.parent_refs):
        if (parent.group, parent.kind) == (GROUP, "Gateway"):
            yield from _parent(view, one, (("spec", "parentRefs", index), parent))


def _leading(view: ClusterView, one: Subject[Any]) -> Iterator[Finding]:
    """Check what a route leads to."""
    for number, rule in enumerate(one.object.spec.rules):
        for index, backend in enumerate(rule.backend_refs):
            path: Path = ("spec", "rules", number, "backendRefs", index)
            yield from _backend(view, one, path, backend)


def _gateway(view: ClusterView, one: Subject[Gateway]) -> Iterator[Finding]:
    """Check the class of a Gateway, and it against the older ones."""
    yield from _class(view, one)
    yield from _listeners(view, one)
    yield from _addresses(view, one)


def _grant(view: ClusterView, one: Subject[ReferenceGrant]) -> Iterator[Finding]:
    """Check that the namespaces of a grant are there."""
    for index, source in enumerate(one.object.spec.from_):
        hint = missing_namespace(view, source.namespace)
        if hint is not None:
            text = f"there is no namespace `{source.namespace}`; {hint}"
            place: Path = ("spec", "from", index, "namespace")
            yield report(kialirules.GRANT_TO_NOBODY, one, place, text)


CHECKS = (
    *(each(kind, check) for kind in _ROUTES for check in (_attached, _leading)),
    each(Gateway, _gateway),
    each(ReferenceGrant, _grant),
)


def _parent(
    view: ClusterView, one: Subject[MeshObject], reference: tuple[Path, ParentReference]
) -> Iterator[Finding]:
    path, parent = reference
    namespace = parent.namespace or one.namespace
    found = view.find(_GATEWAYS, f"{namespace}/{parent.name}")
    rule = kialirules.PARENT_MISSING.as_level(view.absence())
    if not found:
        near = nearest(f"{namespace}/{parent.name}", view.keys(_GATEWAYS))
        hint = f"did you mean `{near}`?" if near else "write one, or correct the name"
        text = f"there is no Gateway `{namespace}/{parent.name}`; {hint}"
        yield report(rule, one, (*path, "name"), text)
        return
    gateway = found[-1]
    listeners = gateway.object.spec.listeners
    names = [listener.name for listener in listeners]
    if parent.section_name is not None and parent.section_name not in names:
        near = nearest(parent.section_name, names)
        hint = f"did you mean `{near}`?" if near else f"write one of {', '.join(names)}"
        text = f"{gateway.key} has no listener `{parent.section_name}`; {hint}"
        yield report(rule, one, (*path, "sectionName"), text, [gateway])
    elif parent.port is not None and parent.port not in {listener.port for listener in listeners}:
        text = f"{gateway.key} has no listener on port {parent.port}; correct the port"
        yield report(rule, one, (*path, "port"), text, [gateway])


def _backend(
    view: ClusterView, one: Subject[MeshObject], path: Path, backend: WeightedBackend
) -> Iterator[Finding]:
    if (backend.group, backend.kind) != ("", "Service"):
        return
    namespace = backend.namespace or one.namespace
    host = f"{backend.name}.{namespace}.svc.{view.domain}"
    service = view.service(host)
    rule = kialirules.BACKEND_MISSING.as_level(view.absence())
    if service is None:
        near = nearest(backend.name, service_names(view, namespace))
        hint = f"did you mean `{near}`?" if near else "correct the name, or add the Service"
        text = f"namespace `{namespace}` has no Service `{backend.name}`; {hint}"
        yield report(rule, one, (*path, "name"), text)
    elif backend.port is not None and service.port(backend.port) is None:
        numbers = ", ".join(str(port.number) for port in service.ports)
        text = f"`{host}` has no port {backend.port}; write one of {numbers}"
        yield report(rule, one, (*path, "port"), text)


def _class(view: ClusterView, one: Subject[Gateway]) -> Iterator[Finding]:
    name = one.object.spec.gateway_class_name
    known = frozenset() if view.has(_CLASSES, name) else view.keys(_CLASSES)
    if known:
        near = nearest(name, known)
        hint = f"did you mean `{near}`?" if near else "correct the name, or add the class"
        text = f"there is no GatewayClass `{name}`; {hint}"
        yield report(kialirules.CLASS_MISSING, one, ("spec", "gatewayClassName"), text)


def _listeners(view: ClusterView, one: Subject[Gateway]) -> Iterator[Finding]:
    """Compare Gateways that ask for one address; those without addresses get one of their own."""
    spec = one.object.spec
    for address, (index, listener) in product(spec.addresses, enumerate(spec.listeners)):
        key = (spec.gateway_class_name, address.value, listener.port)
        host = listener.hostname or _EVERY_HOST
        for other in takewhile(lambda former: former is not one, view.find(_LISTENING, key)):
            theirs = [
                former.hostname or _EVERY_HOST
                for former in other.object.spec.listeners
                if former.port == listener.port
            ]
            if host in theirs:
                text = (
                    f"{other.key} listens for `{host}` at {address.value}:{listener.port} as "
                    "well; give one of them another hostname"
                )
                path: Path = ("spec", "listeners", index)
                yield report(kialirules.LISTENER_TWICE, one, path, text, [other])
                break


def _addresses(view: ClusterView, one: Subject[Gateway]) -> Iterator[Finding]:
    """Two Gateways of different classes cannot have one address; of one class they may share it."""
    for index, address in enumerate(one.object.spec.addresses):
        former = view.find(_AT_ADDRESS, (address.type, address.value))[0]
        mine, theirs = (some.object.spec.gateway_class_name for some in (one, former))
        if address.value and mine != theirs:
            text = f"{former.key} of another class asks for this address as well; keep one"
            path: Path = ("spec", "addresses", index)
            yield report(kialirules.ADDRESS_TWICE, one, path, text, [former])
