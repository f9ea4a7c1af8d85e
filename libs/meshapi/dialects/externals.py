"""EgressRules as ServiceEntries."""

import ipaddress

from libs.meshapi.dialects.egressrule import EgressPort, EgressRule
from libs.meshapi.dialects.places import ConvertedPlaces, Part
from libs.meshapi.dialects.run import Old, Run
from libs.meshapi.metadata import Metadata
from libs.meshapi.parsed import ParsedObject
from libs.meshapi.problems import Path
from libs.meshapi.rules.names import is_network
from libs.meshapi.serviceentry import ServiceEntry, ServiceEntrySpec, ServicePort


def service_entry(old: Old[EgressRule], run: Run) -> ParsedObject:
    """Return the entry: a host by itself, or a range of addresses under a host of its own."""
    target = old.object.spec.destination.service
    range_of_addresses = is_network(target)
    host = f"{old.name}.{old.namespace}.svc.{run.context.domain}" if range_of_addresses else target
    spec = ServiceEntrySpec(
        hosts=(host.lower(),),
        addresses=(str(ipaddress.ip_network(target, strict=False)),) if range_of_addresses else (),
        ports=tuple(_port(one) for one in old.object.spec.ports),
        location="MESH_EXTERNAL",
        resolution="NONE",
    )
    _note(old, run)
    name = run.free_name("ServiceEntry", old.namespace, old.name)
    made = ServiceEntry(metadata=Metadata(name=name, namespace=old.namespace), spec=spec)
    at: Part = (old.parsed.positions, ("spec", "destination", "service"))
    parts: dict[Path, Part] = {("spec", "hosts", 0): at, ("spec", "addresses", 0): at}
    return ParsedObject(made, old.parsed.origin, ConvertedPlaces(old.parsed.positions, parts))


def _port(old: EgressPort) -> ServicePort:
    return ServicePort(
        number=old.port, protocol=old.protocol.upper(), name=f"{old.protocol}-{old.port}"
    )


def _note(old: Old[EgressRule], run: Run) -> None:
    if old.object.spec.use_egress_proxy:
        text = "calls do not take a way through an egress proxy; write routes to one"
        run.lost(old, ("spec", "useEgressProxy"), text)
    for index, one in enumerate(old.object.spec.ports):
        if one.protocol == "https":
            text = (
                f"plain calls to port {one.port} were encrypted on the way out; call with TLS, or "
                "write a DestinationRule with `tls: {mode: SIMPLE}`"
            )
            run.approximate(old, ("spec", "ports", index), text)
