"""Rules of a ServiceEntry and of the workloads in it."""

from collections.abc import Iterator

from libs.meshapi.problems import Path, Problem
from libs.meshapi.quoting import quoted
from libs.meshapi.rules import names
from libs.meshapi.rules.common import at_most_one, each, listing, protocol_problem, unique
from libs.meshapi.schema import suggestion
from libs.meshapi.serviceentry import ServiceEntry, ServiceEntrySpec
from libs.meshapi.workloadentry import WorkloadEntry, WorkloadEntrySpec

_UNIX = "unix://"
_BY_NAME = frozenset({"DNS", "DNS_ROUND_ROBIN", "DYNAMIC_DNS"})


def check(obj: ServiceEntry) -> Iterator[Problem]:
    """Check hosts, addresses, ports, and what the resolution demands of the endpoints."""
    spec = obj.spec
    if not spec.hosts:
        yield Problem(("spec", "hosts"), "the entry has no hosts; write at least one")
    yield from each(("spec", "hosts"), spec.hosts, _host_fault)
    yield from each(("spec", "addresses"), spec.addresses, names.network_fault)
    yield from _ports(spec)
    yield from at_most_one(("spec",), spec, "endpoints", "workload_selector")
    for index, endpoint in enumerate(spec.endpoints):
        yield from _endpoint(("spec", "endpoints", index), endpoint, spec)
    yield from _resolution(spec)


def check_workload(obj: WorkloadEntry) -> Iterator[Problem]:
    """Check the address of a WorkloadEntry."""
    yield from _address(("spec",), obj.spec)


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
    yield from _address(path, endpoint)
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
    elif not (names.is_ip(address) or address.startswith(_UNIX)):
        fault = names.host_fault(address, wildcard=False)
        if fault is not None:
            yield Problem((*path, "address"), fault)


def _resolution(spec: ServiceEntrySpec) -> Iterator[Problem]:
    path: Path = ("spec", "resolution")
    if spec.resolution == "NONE" and spec.endpoints:
        yield Problem(path, "resolution `NONE` ignores `endpoints`; write `STATIC` or `DNS`")
    if spec.resolution == "STATIC" and not (spec.endpoints or spec.workload_selector):
        yield Problem(path, "resolution `STATIC` needs `endpoints` or a `workloadSelector`")
    if spec.resolution == "DNS_ROUND_ROBIN" and len(spec.endpoints) > 1:
        text = "resolution `DNS_ROUND_ROBIN` takes one endpoint; remove the others or write `DNS`"
        yield Problem(path, text)
    if spec.resolution in _BY_NAME - {"DYNAMIC_DNS"} and not spec.endpoints:
        wild = [host for host in spec.hosts if host.startswith("*")]
        if wild:
            text = f"{listing(wild[:3])} cannot be looked up in DNS; write `endpoints`"
            yield Problem(path, text)
