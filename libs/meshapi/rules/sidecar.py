"""Rules of a Sidecar."""

from collections.abc import Iterator

from libs.meshapi.problems import Path, Problem
from libs.meshapi.quoting import quoted
from libs.meshapi.rules import names
from libs.meshapi.rules.common import each, protocol_problem
from libs.meshapi.rules.destinationrule import pool
from libs.meshapi.rules.gateway import server_tls
from libs.meshapi.rules.httproute import destination
from libs.meshapi.rules.selection import labels
from libs.meshapi.sidecar import IngressListener, OutboundTrafficPolicy, Sidecar

_NAMESPACE_MARKS = frozenset({"*", ".", "~"})
_UNIX = "unix://"
_OWN_ADDRESSES = frozenset({"127.0.0.1", "0.0.0.0", "[::1]", "[::]"})  # noqa: S104 a word of the API


def check(obj: Sidecar) -> Iterator[Problem]:
    """Check every listener."""
    spec = obj.spec
    if spec.workload_selector is not None:
        yield from labels(("spec", "workloadSelector", "labels"), spec.workload_selector.labels)
    if spec.inbound_connection_pool is not None:
        yield from pool(("spec", "inboundConnectionPool"), spec.inbound_connection_pool)
    yield from _outbound(spec.outbound_traffic_policy)
    for index, ingress in enumerate(spec.ingress):
        yield from _ingress(("spec", "ingress", index), ingress)
    for index, egress in enumerate(spec.egress):
        path: Path = ("spec", "egress", index)
        yield from _bind(path, egress.bind)
        if egress.port is not None:
            yield from protocol_problem((*path, "port", "protocol"), egress.port.protocol)
        elif index < len(spec.egress) - 1:
            text = "only the last egress listener may be without `port`; write one, or move it"
            yield Problem(path, text)
        if egress.port is None and egress.bind:
            yield Problem((*path, "bind"), "`bind` needs a `port`; write the port's number")
        if not egress.hosts:
            text = "the listener has no hosts; write at least one, such as `./*`"
            yield Problem((*path, "hosts"), text)
        yield from each((*path, "hosts"), egress.hosts, host_fault)


def _outbound(policy: OutboundTrafficPolicy | None) -> Iterator[Problem]:
    if policy is not None and policy.egress_proxy is not None:
        path: Path = ("spec", "outboundTrafficPolicy", "egressProxy")
        if policy.mode != "ALLOW_ANY":
            text = "`egressProxy` takes unknown calls, which mode `ALLOW_ANY` lets out; write it"
            yield Problem(path, text, at_key=True)
        yield from destination(path, policy.egress_proxy)


def host_fault(text: str) -> str | None:
    """Check an imported host: `namespace/host`, the namespace a name, `*`, `.` or `~`."""
    return names.scoped_host_fault(text, _NAMESPACE_MARKS)


def _ingress(path: Path, listener: IngressListener) -> Iterator[Problem]:
    yield from protocol_problem((*path, "port", "protocol"), listener.port.protocol)
    yield from _bind(path, listener.bind)
    if listener.tls is not None:
        yield from server_tls((*path, "tls"), listener.tls, listener.port.protocol)
    if listener.connection_pool is not None:
        yield from pool((*path, "connectionPool"), listener.connection_pool)
    endpoint = listener.default_endpoint
    if endpoint and not endpoint.startswith(_UNIX) and not _is_own(endpoint):
        text = (
            f"`defaultEndpoint`: {quoted(endpoint)} leads away from the workload; write "
            "`127.0.0.1:PORT`, `0.0.0.0:PORT` or `unix:///path`"
        )
        yield Problem((*path, "defaultEndpoint"), text)


def _bind(path: Path, bind: str) -> Iterator[Problem]:
    if bind and not (names.is_ip(bind) or bind.startswith(_UNIX)):
        text = f"`bind`: {quoted(bind)} is no address; write an IP address or `unix:///path`"
        yield Problem((*path, "bind"), text)


def _is_own(endpoint: str) -> bool:
    address, _, port = endpoint.rpartition(":")
    number = int(port) if port.isascii() and port.isdecimal() and len(port) < 6 else 0
    return address in _OWN_ADDRESSES and 0 < number < 65536
