"""Gateways: those that VirtualServices name, their hosts, and two for one host.

Istio calls two Gateways for one host and port an error. Two plain HTTP servers are merged without
loss, here as in Istio, so that is a warning; only what cannot be merged is an error.
"""

from collections.abc import Iterator
from itertools import takewhile

from libs.compile.hosts import overlap
from libs.compile.rules import gateway_name
from libs.desired.finding import Finding
from libs.kernel.messages import Level
from libs.lint import rules
from libs.lint.clusterview import ClusterView, nearest
from libs.lint.gatewayhosts import (
    GATEWAYS,
    bound_gateways,
    full_hosts,
    gateway_named,
    served,
)
from libs.lint.index import Index
from libs.lint.interface import each
from libs.lint.subject import Path, Subject, report
from libs.meshapi.gateway import Gateway, Server
from libs.meshapi.virtualservice import MESH_GATEWAY, VirtualService
from libs.registry.protocols import entry_protocol

_BY_PORT = Index(Gateway, lambda one, _: (server.port.number for server in one.spec.servers))


def _used(view: ClusterView, one: Subject[VirtualService]) -> Iterator[Finding]:
    """Check the Gateways that a VirtualService names."""
    yield from _missing(view, one)
    yield from _not_served(view, one)


def _beside_others(view: ClusterView, one: Subject[Gateway]) -> Iterator[Finding]:
    """Compare a Gateway with the older ones that have a port of it."""
    ports = {server.port.number for server in one.object.spec.servers}
    others: dict[Subject[Gateway], None] = {}
    for port in sorted(ports):
        others.update(dict.fromkeys(takewhile(lambda x: x is not one, view.find(_BY_PORT, port))))
    for former in others:
        yield from _conflict(former, one)


CHECKS = (each(VirtualService, _used), each(Gateway, _beside_others))


def _named(obj: VirtualService) -> Iterator[tuple[Path, str]]:
    for index, name in enumerate(obj.spec.gateways):
        yield ("spec", "gateways", index), name
    for index, rule in enumerate(obj.spec.http):
        for number, match in enumerate(rule.match):
            for place, name in enumerate(match.gateways):
                yield ("spec", "http", index, "match", number, "gateways", place), name


def _missing(view: ClusterView, one: Subject[VirtualService]) -> Iterator[Finding]:
    for path, name in _named(one.object):
        full = gateway_name(name, one.namespace)
        if full == MESH_GATEWAY or gateway_named(view, full) is not None:
            continue
        near = nearest(full, view.keys(GATEWAYS))
        shown = near.removeprefix(f"{one.namespace}/") if near and "/" not in name else near
        hint = f"did you mean `{shown}`?" if shown else "write one, or correct the name"
        text = f"there is no Gateway `{full}`; {hint}"
        yield report(rules.MISSING.as_level(view.absence()), one, path, text)


def _not_served(view: ClusterView, one: Subject[VirtualService]) -> Iterator[Finding]:
    """Find hosts that no bound Gateway serves and that are not meant for sidecars instead."""
    bound = bound_gateways(view, one)
    for index, host in enumerate(full_hosts(view, one)):
        if not bound or any(served(gateway, host, one.namespace) for gateway in bound):
            continue
        if MESH_GATEWAY in one.object.spec.gateways and view.service(host) is not None:
            continue
        names = ", ".join(f"`{gateway.namespace}/{gateway.key.name}`" for gateway in bound)
        text = f"host `{host}` is not served by {names}; add it to a server's hosts"
        yield report(rules.HOST_NOT_IN_GATEWAY, one, ("spec", "hosts", index), text, bound)


def _conflict(first: Subject[Gateway], second: Subject[Gateway]) -> Iterator[Finding]:
    """Compare two Gateways that can select one proxy: one selector includes the other."""
    mine, other = second.object.spec.selector.items(), first.object.spec.selector.items()
    if not (mine <= other or other <= mine):
        return
    for index, server in enumerate(second.object.spec.servers):
        for former in first.object.spec.servers:
            common = _common_host(server, former)
            if common is not None:
                both_plain = _is_plain(server) and _is_plain(former)
                rule = rules.GATEWAY_CONFLICT
                text = (
                    f"{first.key} serves `{common}` on port {server.port.number} as well; "
                    "give one of them other hosts"
                )
                level = rule.as_level(Level.WARNING) if both_plain else rule
                yield report(level, second, ("spec", "servers", index, "hosts"), text, [first])


def _is_plain(server: Server) -> bool:
    return server.tls is None and entry_protocol(server.port.name, server.port.protocol).is_http


def _common_host(one: Server, other: Server) -> str | None:
    if one.port.number != other.port.number or one.bind != other.bind:
        return None
    for mine in one.hosts:
        for theirs in other.hosts:
            common = overlap(mine.rpartition("/")[2].lower(), theirs.rpartition("/")[2].lower())
            if common is not None:
                return common
    return None
