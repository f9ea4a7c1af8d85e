"""Which rules hold for which kind."""

from collections.abc import Callable, Iterator
from typing import Any

from libs.meshapi.destinationrule import DestinationRule
from libs.meshapi.dialects.rules import RULES as OLD_RULES
from libs.meshapi.endpointslice import EndpointSlice
from libs.meshapi.fleet import Cluster, Fleet
from libs.meshapi.gateway import Gateway
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.problems import Problem
from libs.meshapi.rules import (
    destinationrule,
    fleet,
    gateway,
    metadata,
    service,
    serviceentry,
    sidecar,
    virtualservice,
)
from libs.meshapi.service import Service
from libs.meshapi.serviceentry import ServiceEntry
from libs.meshapi.sidecar import Sidecar
from libs.meshapi.virtualservice import VirtualService
from libs.meshapi.workloadentry import WorkloadEntry

_RULES: dict[type[MeshObject], Callable[[Any], Iterator[Problem]]] = {
    Cluster: fleet.check_cluster,
    DestinationRule: destinationrule.check,
    EndpointSlice: service.check_slice,
    Fleet: fleet.check,
    Gateway: gateway.check,
    Service: service.check,
    ServiceEntry: serviceentry.check,
    Sidecar: sidecar.check,
    VirtualService: virtualservice.check,
    WorkloadEntry: serviceentry.check_workload,
}


def problems_in(obj: MeshObject) -> Iterator[Problem]:
    """Judge one object by itself."""
    yield from metadata.check(obj)
    rules = _RULES.get(type(obj)) or OLD_RULES.get(type(obj))
    if rules is not None:
        yield from rules(obj)
