"""The discovery services by their gRPC names: one for everything, and one for each type."""

from dataclasses import dataclass
from typing import Final

from libs.kernel.ids import TypeUrl
from libs.kernel.xds import (
    CLUSTER,
    ENDPOINT,
    EXTENSION,
    LISTENER,
    ROUTE,
    RUNTIME,
    SECRET,
    VIRTUAL_HOST,
)


@dataclass(frozen=True, slots=True)
class Service:
    """A discovery service with its method for each variant, empty where it has none.

    `type_url` is the one type that its streams are about, empty where requests name theirs.
    """

    name: str
    sotw: str
    delta: str
    type_url: TypeUrl


def _of_type(
    package: str, name: str, noun: str, type_url: TypeUrl, *, sotw: bool = True
) -> Service:
    stream = f"Stream{noun}" if sotw else ""
    return Service(f"envoy.service.{package}.v3.{name}", stream, f"Delta{noun}", type_url)


AGGREGATED: Final = Service(
    "envoy.service.discovery.v3.AggregatedDiscoveryService",
    "StreamAggregatedResources",
    "DeltaAggregatedResources",
    TypeUrl(""),
)
SECRETS: Final = _of_type("secret", "SecretDiscoveryService", "Secrets", SECRET)
PER_TYPE: Final = (
    _of_type("cluster", "ClusterDiscoveryService", "Clusters", CLUSTER),
    _of_type("endpoint", "EndpointDiscoveryService", "Endpoints", ENDPOINT),
    _of_type("listener", "ListenerDiscoveryService", "Listeners", LISTENER),
    _of_type("route", "RouteDiscoveryService", "Routes", ROUTE),
    _of_type("route", "VirtualHostDiscoveryService", "VirtualHosts", VIRTUAL_HOST, sotw=False),
    SECRETS,
    _of_type("extension", "ExtensionConfigDiscoveryService", "ExtensionConfigs", EXTENSION),
    _of_type("runtime", "RuntimeDiscoveryService", "Runtime", RUNTIME),
)
EVERY: Final = (AGGREGATED, *PER_TYPE)
