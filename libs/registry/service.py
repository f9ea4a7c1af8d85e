"""Services and endpoints as every consumer of the registry sees them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from libs.kernel.origins import ObjectKey
from libs.registry.exports import TO_EVERYBODY


class Protocol(StrEnum):
    """What is spoken on a port, as far as a proxy treats it differently."""

    HTTP = "http"
    HTTP2 = "http2"
    GRPC = "grpc"
    GRPC_WEB = "grpc-web"
    TCP = "tcp"
    TLS = "tls"
    HTTPS = "https"
    UDP = "udp"
    AUTO = "auto"
    """nobody says: a proxy looks at the first bytes"""

    @property
    def may_be_http(self) -> bool:
        """Whether requests can come here, for certain or perhaps."""
        return self.is_http or self is Protocol.AUTO

    @property
    def is_http(self) -> bool:
        """Whether a proxy reads requests here."""
        return self in _HTTP

    @property
    def is_http2(self) -> bool:
        """Whether the workload expects HTTP/2 from the first byte."""
        return self in _HTTP2


_HTTP = frozenset({Protocol.HTTP, Protocol.HTTP2, Protocol.GRPC, Protocol.GRPC_WEB})
_HTTP2 = frozenset({Protocol.HTTP2, Protocol.GRPC, Protocol.GRPC_WEB})


class Resolution(StrEnum):
    """How a client finds the endpoints of a service."""

    ENDPOINTS = "endpoints"
    """from the registry's list"""
    DNS = "dns"
    """every address of the endpoints' names"""
    DNS_ROUND_ROBIN = "dns_round_robin"
    """one address of the endpoints' names at each new connection"""
    DYNAMIC_DNS = "dynamic_dns"
    """every address of the name that a request or a TLS client asks for"""
    PASSTHROUGH = "passthrough"
    """wherever the caller wanted to go; there may be a list as well (headless services)"""


class Nearness(StrEnum):
    """Which endpoints of a service callers take."""

    ANYWHERE = "anywhere"
    ZONE = "zone"
    """those of the same zone first, then of the same region"""
    NODE = "node"
    """those of the same node first, then of the same zone"""
    NODE_ONLY = "node_only"
    """those of the same node and no others"""


@dataclass(frozen=True, slots=True)
class ServicePort:
    """A port of a service. `target_port` is a number or a workload's port name."""

    name: str
    number: int
    protocol: Protocol
    target_port: int | str


def target_number(port: ServicePort) -> int:
    """Return the number that endpoints listen on, as far as the port alone tells."""
    return port.target_port if isinstance(port.target_port, int) else port.number


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint. `ports` maps the service's port names to numbers; `locality` is `r/z/s`.

    `address` is an IP address, a name where the service resolves by DNS, or `unix:///path`.
    """

    address: str
    ports: Mapping[str, int]
    labels: Mapping[str, str] = field(default_factory=dict)
    network: str = ""
    locality: str = ""
    weight: int = 1
    service_account: str = ""
    namespace: str = ""
    workload: str = ""
    origin: ObjectKey | None = None
    node: str = ""


@dataclass(frozen=True, slots=True)
class Service:
    """A service under one host name, without its endpoints: these change far more often.

    `addresses` are its own, as far as they are known; a headless one has none. `selector` is what
    its workloads carry, empty when it selects none. `exported_to` are the namespaces that see it.
    `names` are those that its workloads' certificates may carry. `nearness` is what its owner wants
    of the way from callers to endpoints.
    """

    hostname: str
    namespace: str
    ports: tuple[ServicePort, ...]
    resolution: Resolution
    origin: ObjectKey
    addresses: tuple[str, ...] = ()
    selector: Mapping[str, str] = field(default_factory=dict)
    mesh_external: bool = False
    kubernetes: bool = False
    exported_to: frozenset[str] = TO_EVERYBODY
    names: tuple[str, ...] = ()
    nearness: Nearness = Nearness.ANYWHERE

    @property
    def headless(self) -> bool:
        """Whether it is a Kubernetes service that says it has no address of its own."""
        return self.kubernetes and self.resolution is Resolution.PASSTHROUGH

    def port(self, number: int) -> ServicePort | None:
        """Return the port with this number."""
        for port in self.ports:
            if port.number == number:
                return port
        return None


@dataclass(frozen=True, slots=True)
class Described:
    """What one object says of one host: the service, and its endpoints."""

    service: Service
    endpoints: tuple[Endpoint, ...] = ()
