"""Rules of a ServiceEntry and of the workloads in it."""

import re
from collections.abc import Iterator

from libs.kernel.messages import Level
from libs.meshapi import codes
from libs.meshapi.problems import Path, Problem
from libs.meshapi.quoting import quoted
from libs.meshapi.rules import names
from libs.meshapi.rules.common import alternatives, each, exports, listing, protocol_problem, unique
from libs.meshapi.rules.selection import labels
from libs.meshapi.schema import suggestion
from libs.meshapi.serviceentry import ServiceEntry, ServiceEntrySpec
from libs.meshapi.workloadentry import WorkloadEntry, WorkloadEntrySpec

_UNIX = "unix://"
_PORT_NAME = re.compile(r"[a-zA-Z0-9](?:[-a-zA-Z0-9]{0,60}[a-zA-Z0-9])?")
_NAMELESS = frozenset({"TCP", "UDP", "MONGO", "MYSQL", "REDIS"})
_BY_NAME = frozenset({"DNS", "DNS_ROUND_ROBIN", "DYNAMIC_DNS"})


def check(obj: ServiceEntry) -> Iterator[Problem]:
    """Check hosts, addresses, ports, and what the resolution demands of the endpoints."""
    spec = obj.spec
    if not spec.hosts:
        yield Problem(("spec", "hosts"), "the entry has no hosts; write at least one")
    yield from each(("spec", "hosts"), spec.hosts, _host_fault)
    yield from each(("spec", "addresses"), spec.addresses, names.network_fault)
    yield from _ports(spec)
    yield from alternatives(("spec",), spec)
    for index, endpoint in enumerate(spec.endpoints):
        yield from _endpoint(("spec", "endpoints", index), endpoint, spec)
    yield from _resolution(spec)
    yield from exports(spec.export_to)
    if spec.workload_selector is not None:
        yield from labels(("spec", "workloadSelector", "labels"), spec.workload_selector.labels)


def check_workload(obj: WorkloadEntry) -> Iterator[Problem]:
    """Check address and ports of a WorkloadEntry."""
    yield from workload(("spec",), obj.spec)


def workload(path: Path, value: WorkloadEntrySpec, *, template: bool = False) -> Iterator[Problem]:
    """Check a workload by itself; one of a template gets its address later."""
    if value.address or not template:
        yield from _address(path, value)
    if value.address.startswith(_UNIX) and value.ports:
        text = "a socket has no ports; remove `ports`, or write an IP address"
        yield Problem((*path, "ports"), text, at_key=True)
    for name in value.ports:
        if _PORT_NAME.fullmatch(name) is None:
            text = f"{quoted(name)} is no port's name; write at most 62 letters, digits and `-`"
            yield Problem((*path, "ports", name), text, at_key=True)
    for key, label in value.labels.items():
        fault = names.label_key_fault(key) or names.label_value_fault(label)
        if fault is not None:
            yield Problem((*path, "labels", key), fault)


def _host_fault(host: str) -> str | None:
    if host == names.ANYWHERE:
        return "host `*` would be every service; write a DNS name"
    return names.host_fault(host)


def _ports(spec: ServiceEntrySpec) -> Iterator[Problem]:
    path: Path = ("spec", "ports")
    yield from unique(path, [port.number for port in spec.ports], "number", "port number")
    yield from unique(path, [port.name for port in spec.ports], "name", "port name")
    for index, port in enumerate(spec.ports):
        yield from protocol_problem((*path, index, "protocol"), port.protocol)


def _endpoint(path: Path, endpoint: WorkloadEntrySpec, spec: ServiceEntrySpec) -> Iterator[Problem]:
    yield from workload(path, endpoint)
    known = tuple(port.name for port in spec.ports)
    for name in endpoint.ports:
        if name not in known:
            text = f"the entry has no port {quoted(name)}; {suggestion(name, known)}"
            yield Problem((*path, "ports", name), text, at_key=True)
    by_address = names.is_ip(endpoint.address) or endpoint.address.startswith(_UNIX)
    if spec.resolution == "STATIC" and endpoint.address and not by_address:
        text = (
            f"{quoted(endpoint.address)} is no IP address, which resolution `STATIC` needs; "
            "write one, or resolution `DNS`"
        )
        yield Problem((*path, "address"), text)


def _address(path: Path, workload: WorkloadEntrySpec) -> Iterator[Problem]:
    address = workload.address
    if not address:
        if not workload.network:
            yield Problem(path, "`address` is missing; write where the workload is")
    elif address.startswith(_UNIX):
        socket = address.removeprefix(_UNIX)
        if socket[:1] not in ("/", "@") or socket.endswith("/"):
            text = f"{quoted(address)} is no socket; write `unix:///path` or `unix://@name`"
            yield Problem((*path, "address"), text)
    elif not names.is_ip(address):
        fault = names.host_fault(address, wildcard=False)
        if fault is not None:
            yield Problem((*path, "address"), fault)


def _resolution(spec: ServiceEntrySpec) -> Iterator[Problem]:
    path: Path = ("spec", "resolution")
    networks = [one for one in spec.addresses if "/" in one]
    if networks and spec.resolution not in ("NONE", "STATIC"):
        text = (
            f"resolution `{spec.resolution}` cannot serve the network {quoted(networks[0])}; "
            "write an address, or resolution `STATIC`"
        )
        yield Problem(path, text)
    if spec.resolution == "NONE" and spec.endpoints:
        yield Problem(path, "resolution `NONE` ignores `endpoints`; write `STATIC` or `DNS`")
    if spec.resolution == "STATIC" and not (spec.endpoints or spec.workload_selector):
        yield Problem(path, "resolution `STATIC` needs `endpoints` or a `workloadSelector`")
    if spec.resolution == "DNS_ROUND_ROBIN" and len(spec.endpoints) > 1:
        text = "resolution `DNS_ROUND_ROBIN` takes one endpoint; remove the others or write `DNS`"
        yield Problem(path, text)
    if spec.resolution == "DYNAMIC_DNS":
        yield from _nameless(spec)
    if spec.resolution in _BY_NAME - {"DYNAMIC_DNS"} and not spec.endpoints:
        wild = [host for host in spec.hosts if host.startswith("*")]
        if wild:
            text = f"{listing(wild[:3])} cannot be looked up in DNS; write `endpoints`"
            yield Problem(path, text)


def _nameless(spec: ServiceEntrySpec) -> Iterator[Problem]:
    """Look for ports whose connections name no host that could be looked up."""
    for index, port in enumerate(spec.ports):
        if port.protocol.upper() in _NAMELESS:
            text = (
                f"connections of {port.protocol} name no host, which resolution `DYNAMIC_DNS` "
                "needs; they are refused; write protocol `HTTP`, `GRPC` or `TLS`"
            )
            path: Path = ("spec", "ports", index, "protocol")
            yield Problem(path, text, code=codes.FIELD_WITHOUT_EFFECT, level=Level.WARNING)
