"""Rules of a VirtualService as a whole; its HTTP rules are in `httproute`."""

from collections.abc import Iterator

from libs.kernel.messages import Level
from libs.meshapi import codes
from libs.meshapi.problems import Path, Problem
from libs.meshapi.quoting import quoted
from libs.meshapi.rules import connectionroutes, httproute, names
from libs.meshapi.rules.common import each, exports
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
        text = "without `hosts` this is a delegate, and delegates have no effect yet; write hosts"
        yield Problem(path, text, code=codes.FIELD_WITHOUT_EFFECT, level=Level.WARNING)
    for index, host in enumerate(spec.hosts):
        fault = None if names.is_ip(host) else names.host_fault(host)
        if fault is None and host == names.ANYWHERE and MESH_GATEWAY in spec.gateways:
            fault = "host `*` cannot be served to sidecars; name a gateway under `spec.gateways`"
        if fault is not None:
            yield Problem((*path, index), fault)
