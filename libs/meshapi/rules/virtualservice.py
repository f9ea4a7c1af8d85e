"""Rules of a VirtualService as a whole; its HTTP rules are in `httproute`."""

from collections.abc import Iterator

from libs.meshapi.problems import Path, Problem
from libs.meshapi.quoting import quoted
from libs.meshapi.rules import connectionroutes, httproute, names
from libs.meshapi.rules.common import each, exports, written
from libs.meshapi.virtualservice import MESH_GATEWAY, VirtualService, VirtualServiceSpec


def check(obj: VirtualService) -> Iterator[Problem]:
    """Check hosts, gateways, and every rule."""
    spec = obj.spec
    yield from _hosts(spec)
    yield from each(("spec", "gateways"), spec.gateways, gateway_fault)
    if not (spec.http or spec.tls or spec.tcp):
        yield Problem(("spec",), "no route is written; write at least one rule under `http`")
    for index, route in enumerate(spec.http):
        yield from httproute.check(("spec", "http", index), route)
    yield from connectionroutes.check(spec)
    yield from exports(spec.export_to)


def gateway_fault(text: str) -> str | None:
    """Check the name of a gateway: `name`, `namespace/name` or `mesh`."""
    namespace, slash, name = text.rpartition("/")
    fault = names.name_fault(name) or (names.label_fault(namespace) if slash else None)
    if fault is None or (slash and namespace == "."):
        return None
    return f"{quoted(text)} is no gateway; write `name`, `namespace/name` or `{MESH_GATEWAY}`"


def _hosts(spec: VirtualServiceSpec) -> Iterator[Problem]:
    path: Path = ("spec", "hosts")
    if not spec.hosts:
        yield from _delegate(spec)
    for index, host in enumerate(spec.hosts):
        fault = None if names.is_ip(host) else names.host_fault(host)
        if fault is None and host == names.ANYWHERE and MESH_GATEWAY in spec.gateways:
            fault = "host `*` cannot be served to sidecars; name a gateway under `spec.gateways`"
        if fault is not None:
            yield Problem((*path, index), fault)


def _delegate(spec: VirtualServiceSpec) -> Iterator[Problem]:
    """Without hosts it only goes on with the HTTP rules of another."""
    if "gateways" in spec.model_fields_set and spec.gateways != (MESH_GATEWAY,):
        text = "without `hosts` this is a delegate, which has no gateways; write hosts, or remove"
        yield Problem(("spec", "gateways"), f"{text} `gateways`", at_key=True)
    for name in written(spec, "tls", "tcp"):
        text = f"without `hosts` this is a delegate, which has no `{name}`; write hosts, or remove"
        yield Problem(("spec", name), f"{text} `{name}`", at_key=True)
    for index, rule in enumerate(spec.http):
        if rule.delegate is not None:
            text = "a delegate cannot have a delegate of its own; write its rules here"
            yield Problem(("spec", "http", index, "delegate"), text, at_key=True)
