"""Rules of the `tls` and `tcp` routes of a VirtualService."""

from collections.abc import Iterator

from libs.meshapi.problems import Path, Problem
from libs.meshapi.quoting import quoted
from libs.meshapi.rules import names
from libs.meshapi.rules.common import each
from libs.meshapi.rules.httproute import destination
from libs.meshapi.virtualservice import (
    L4MatchAttributes,
    TCPRoute,
    TLSMatchAttributes,
    TLSRoute,
    VirtualServiceSpec,
)


def check(spec: VirtualServiceSpec) -> Iterator[Problem]:
    """Check every route by itself, and that server names are the hosts' own."""
    for index, tls in enumerate(spec.tls):
        path: Path = ("spec", "tls", index)
        yield from _route(path, tls)
        if not tls.match:
            yield Problem((*path, "match"), "the route matches nothing; write `sniHosts`")
        for at, match in enumerate(tls.match):
            yield from _tls_match((*path, "match", at), match, spec.hosts)
    for index, tcp in enumerate(spec.tcp):
        yield from _route(("spec", "tcp", index), tcp)
        for at, connection in enumerate(tcp.match):
            yield from _subnets(("spec", "tcp", index, "match", at), connection)


def _route(path: Path, route: TLSRoute | TCPRoute) -> Iterator[Problem]:
    if not route.route:
        yield Problem(path, "the route leads nowhere; write `route` with a destination")
    for index, entry in enumerate(route.route):
        yield from destination((*path, "route", index, "destination"), entry.destination)
    if len(route.route) > 1 and not any(entry.weight for entry in route.route):
        text = "no destination has a `weight`; write one of at least 1"
        yield Problem((*path, "route"), text)


def _tls_match(path: Path, match: TLSMatchAttributes, hosts: tuple[str, ...]) -> Iterator[Problem]:
    if not match.sni_hosts:
        yield Problem((*path, "sniHosts"), "the match names no server; write at least one name")
    yield from each((*path, "sniHosts"), match.sni_hosts, names.host_fault)
    for index, name in enumerate(match.sni_hosts):
        if hosts and not any(_covers(host, name) for host in hosts):
            text = f"{quoted(name)} is under none of `spec.hosts`; add it there, or remove it"
            yield Problem((*path, "sniHosts", index), text)
    yield from _subnets(path, match)


def _subnets(path: Path, match: TLSMatchAttributes | L4MatchAttributes) -> Iterator[Problem]:
    yield from each((*path, "destinationSubnets"), match.destination_subnets, names.network_fault)
    source = match.source_subnet if isinstance(match, L4MatchAttributes) else ""
    fault = names.network_fault(source) if source else None
    if fault is not None:
        yield Problem((*path, "sourceSubnet"), fault)


def _covers(host: str, name: str) -> bool:
    return host in (names.ANYWHERE, name) or (host[:1] == "*" and name.endswith(host[1:]))
