"""Rules of Observation."""

from collections.abc import Iterator
from ipaddress import ip_address

from libs.meshapi.observation import Observation, ObservedCall
from libs.meshapi.problems import Path, Problem
from libs.meshapi.quoting import quoted


def check(obj: Observation) -> Iterator[Problem]:
    """Check the times, the addresses of Pods, and each call by itself."""
    spec = obj.spec
    if spec.calls_from and spec.calls_until and spec.calls_from > spec.calls_until:
        text = f"calls end before they begin; write a moment after {spec.calls_from}"
        yield Problem(("spec", "callsUntil"), text)
    for address, pod in spec.pod_addresses.items():
        where: Path = ("spec", "podAddresses", address)
        if not _is_address(address):
            yield Problem(where, f"{quoted(address)} is no IP address; write one", at_key=True)
        elif pod.count("/") != 1 or "" in pod.split("/"):
            yield Problem(where, f"{quoted(pod)} names no Pod; write `namespace/name`")
    for index, call in enumerate(spec.calls):
        yield from _call(call, ("spec", "calls", index))


def _call(call: ObservedCall, path: Path) -> Iterator[Problem]:
    if call.seen_by == "callee" and call.tls is None:
        text = "a service's proxy sees how it is called; write `plaintext`, `tls` or `mtls`"
        yield Problem((*path, "seenBy"), text)
    if call.source.principal and call.tls in ("plaintext", "tls"):
        text = f"a caller shows no certificate by `{call.tls}`; write `tls: mtls` or remove this"
        yield Problem((*path, "source", "principal"), text)
    if call.address and not _is_address(call.address):
        yield Problem((*path, "address"), f"{quoted(call.address)} is no IP address; write one")


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
