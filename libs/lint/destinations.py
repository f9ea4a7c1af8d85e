"""Destinations of VirtualServices: the service has to be there, and the port has to be clear.

Istio calls every unknown host an error. A name outside the mesh may be known to nobody and still
be meant, so only a host that can be nothing but a service of the mesh is one here.
"""

from collections.abc import Iterable, Iterator, Sequence

from libs.compile.hosts import fqdn
from libs.desired.finding import Finding, Rule
from libs.kernel.messages import Level
from libs.lint import rules
from libs.lint.clusterview import ClusterView, nearest_host
from libs.lint.interface import each
from libs.lint.subject import Path, Subject, report
from libs.meshapi.virtualservice import (
    MESH_GATEWAY,
    Destination,
    HTTPRoute,
    HTTPRouteDestination,
    RouteDestination,
    VirtualService,
    VirtualServiceSpec,
)
from libs.registry.hostnames import is_wildcard
from libs.registry.service import Service

_ADD = "correct the name, or add its Service or ServiceEntry"


def destinations(spec: VirtualServiceSpec) -> Iterator[tuple[Path, Destination]]:
    """Return every destination with its path, of all protocols, mirrors included."""
    for index, rule in enumerate(spec.http):
        yield from _of_http(("spec", "http", index), rule)
    for index, tls in enumerate(spec.tls):
        yield from _weighted(("spec", "tls", index), tls.route)
    for index, tcp in enumerate(spec.tcp):
        yield from _weighted(("spec", "tcp", index), tcp.route)


def _of_http(path: Path, rule: HTTPRoute) -> Iterator[tuple[Path, Destination]]:
    yield from _weighted(path, rule.route)
    if rule.mirror is not None:
        yield (*path, "mirror"), rule.mirror
    for number, mirror in enumerate(rule.mirrors):
        yield (*path, "mirrors", number, "destination"), mirror.destination


def _weighted(
    path: Path, routes: Iterable[HTTPRouteDestination | RouteDestination]
) -> Iterator[tuple[Path, Destination]]:
    for number, one in enumerate(routes):
        yield (*path, "route", number, "destination"), one.destination


def check(view: ClusterView, one: Subject[VirtualService]) -> Iterator[Finding]:
    """Check every destination's host and port."""
    for path, destination in destinations(one.object.spec):
        host = fqdn(destination.host, one.namespace, view.domain)
        if is_wildcard(host):
            continue
        service = view.service(host)
        if service is None:
            yield _unknown_host(view, one, (path, destination), host)
        else:
            yield from _port(one, (path, destination), service)


CHECKS = (each(VirtualService, check),)


def _unknown_host(
    view: ClusterView,
    one: Subject[VirtualService],
    place: tuple[Path, Destination],
    host: str,
) -> Finding:
    path, destination = place
    domain = f".svc.{view.domain}"
    in_mesh = host.endswith(domain) or view.has_service(f"{host}{domain}")
    rule = rules.MISSING.as_level(view.absence() if in_mesh else Level.WARNING)
    near = nearest_host(view, destination.host, one.namespace)
    hint = f"did you mean `{near}`?" if near else _ADD
    return report(rule, one, (*path, "host"), f"no service has the host `{host}`; {hint}")


def _port(
    one: Subject[VirtualService], place: tuple[Path, Destination], service: Service
) -> Iterator[Finding]:
    path, destination = place
    if destination.port is not None:
        if service.ports and service.port(destination.port.number) is None:
            text = (
                f"`{service.hostname}` has no port {destination.port.number}; "
                f"write one of {_ports(service)}"
            )
            yield report(rules.MISSING, one, (*path, "port", "number"), text)
    elif len(service.ports) > 1:
        text = f"`{service.hostname}` has several ports; write `port` with one of {_ports(service)}"
        yield report(_port_needed(one.object.spec.gateways), one, (*path, "host"), text)


def _port_needed(gateways: Sequence[str]) -> Rule:
    """A sidecar takes the port that was called, a gateway's own port is seldom the service's."""
    at_gateway = any(name != MESH_GATEWAY for name in gateways)
    return rules.PORT_NEEDED if at_gateway else rules.PORT_NEEDED.as_level(Level.WARNING)


def _ports(service: Service) -> str:
    return ", ".join(str(port.number) for port in service.ports)
