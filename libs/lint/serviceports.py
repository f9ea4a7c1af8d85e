"""Ports of Services against each other, and against the Pods behind them."""

from collections.abc import Iterator
from itertools import product

from libs.desired.finding import Finding
from libs.lint import istiorules, kialirules
from libs.lint.clusterview import ClusterView
from libs.lint.coreservices import protocol_of, services_of
from libs.lint.interface import each
from libs.lint.nearness import nearest
from libs.lint.subject import Path, Subject, report
from libs.lint.workloads import KnownWorkload, selected
from libs.meshapi.pod import PodSpec
from libs.meshapi.service import Service
from libs.registry.order import age
from libs.registry.service import Protocol


def check(view: ClusterView, one: Subject[Service]) -> Iterator[Finding]:
    """Check the ports of a Service against Pods, and against older Services of the same Pods."""
    if one.object.spec.type == "ExternalName":
        yield from _external(one)
        return
    selector = one.object.spec.selector
    said: set[tuple[object, ...]] = set()
    for workload in selected(view, one.namespace, selector) if selector else ():
        if workload.pod is not None:
            yield from _missing(one, workload, workload.pod)
            for other in services_of(view, one.namespace, workload.labels):
                if age(other.object) < age(one.object):
                    yield from _against(one, other, workload, said)


CHECKS = (each(Service, check),)


def _external(one: Subject[Service]) -> Iterator[Finding]:
    for index, port in enumerate(one.object.spec.ports):
        if port.protocol == "TCP" and protocol_of(port) is Protocol.TCP:
            text = (
                f"port {port.port} is TCP, and a service of type `ExternalName` has no address of "
                "its own, so the port takes the calls to any address; name it such as `http`"
            )
            yield report(istiorules.EXTERNAL_NAME_PORT, one, ("spec", "ports", index), text)


def _missing(one: Subject[Service], workload: KnownWorkload, pod: PodSpec) -> Iterator[Finding]:
    """Compare target ports with containers; a number that nobody declares may still be open."""
    declared = [port for container in pod.containers for port in container.ports]
    if not declared:
        return
    names = {port.name for port in declared if port.name}
    numbers = {port.container_port for port in declared}
    for index, port in enumerate(one.object.spec.ports):
        target = port.target_port or port.port
        if target in (names if isinstance(target, str) else numbers):
            continue
        shown = sorted(names) if isinstance(target, str) else sorted(numbers)
        near = nearest(target, names) if isinstance(target, str) else None
        known = ", ".join(f"`{name}`" for name in shown)
        hint = f"did you mean `{near}`?" if near else f"there are {known}" if known else "add it"
        text = f"no container of {workload.key} has the port `{target}`; {hint}"
        path: Path = ("spec", "ports", index)
        yield report(kialirules.TARGET_PORT, one, path, text, [workload.subject])


def _against(
    one: Subject[Service],
    other: Subject[Service],
    workload: KnownWorkload,
    said: set[tuple[object, ...]],
) -> Iterator[Finding]:
    """Compare the ports of two Services of one workload; `said` has what was found already."""
    for (index, port), same in product(enumerate(one.object.spec.ports), other.object.spec.ports):
        path: Path = ("spec", "ports", index)
        target = port.target_port or port.port
        mine, theirs = protocol_of(port), protocol_of(same)
        if port.port == same.port and mine is not theirs and (other, index, "") not in said:
            said.add((other, index, ""))
            text = (
                f"port {port.port} speaks {mine} here and {theirs} in {other.key}, and both lead "
                f"to {workload.key}; write one protocol"
            )
            yield report(istiorules.SAME_PORT_TWO_PROTOCOLS, one, path, text, [other])
        elsewhere = target == (same.target_port or same.port) and port.port != same.port
        if elsewhere and (other, index, target) not in said:
            said.add((other, index, target))
            text = (
                f"target port `{target}` is port {port.port} here and {same.port} in {other.key}, "
                f"and both lead to {workload.key}; write one number"
            )
            yield report(istiorules.TARGET_PORTS_DISAGREE, one, path, text, [other])
