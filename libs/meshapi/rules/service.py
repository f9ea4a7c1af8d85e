"""Rules of the Kubernetes kinds Service and EndpointSlice."""

from collections.abc import Iterator
from ipaddress import ip_address

from libs.meshapi.endpointslice import EndpointSlice
from libs.meshapi.problems import Path, Problem
from libs.meshapi.quoting import quoted
from libs.meshapi.rules import names
from libs.meshapi.rules.common import unique
from libs.meshapi.service import HEADLESS, Service

_VERSION_OF = {"IPv4": 4, "IPv6": 6}
_PORT_MAX = 65535


def check(obj: Service) -> Iterator[Problem]:
    """Check address, ports and external name."""
    spec = obj.spec
    path: Path = ("spec", "ports")
    yield from unique(path, [port.name for port in spec.ports], "name", "port name")
    for index, port in enumerate(spec.ports):
        if not port.name and len(spec.ports) > 1:
            yield Problem((*path, index), "`name` is missing; several ports need one each")
        target = port.target_port
        if isinstance(target, int) and not 0 <= target <= _PORT_MAX:
            text = f"`targetPort` is `{target}`; write a number of at most {_PORT_MAX}"
            yield Problem((*path, index, "targetPort"), text)
    if spec.cluster_ip not in ("", HEADLESS) and not names.is_ip(spec.cluster_ip):
        text = f"{quoted(spec.cluster_ip)} is no IP address; write one, or `{HEADLESS}`"
        yield Problem(("spec", "clusterIP"), text)
    if spec.type == "ExternalName" and not spec.external_name:
        yield Problem(("spec", "type"), "type `ExternalName` needs `externalName`; write it")
    elif not spec.ports and spec.cluster_ip != HEADLESS and spec.type != "ExternalName":
        yield Problem(("spec",), "the service has no ports; write at least one in `ports`")


def check_slice(obj: EndpointSlice) -> Iterator[Problem]:
    """Check that addresses are of the type that the slice states."""
    yield from unique(("ports",), [port.name for port in obj.ports], "name", "port name")
    for index, endpoint in enumerate(obj.endpoints):
        path: Path = ("endpoints", index, "addresses")
        if not endpoint.addresses:
            yield Problem(path, "the endpoint has no address; write one")
        for at, address in enumerate(endpoint.addresses):
            if not _fits(address, obj.address_type):
                text = f"{quoted(address)} is no {obj.address_type} address; write one"
                yield Problem((*path, at), text)


def _fits(address: str, address_type: str) -> bool:
    if address_type == "FQDN":
        return names.host_fault(address, wildcard=False) is None
    return names.is_ip(address) and ip_address(address).version == _VERSION_OF[address_type]
