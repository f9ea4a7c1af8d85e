"""What calls can be sent to: a port of a service, or a subset of its endpoints there."""

from collections.abc import Mapping
from dataclasses import dataclass

from libs.compile.policies import Policy
from libs.meshapi.trafficpolicy import LoadBalancerKind, TrafficPolicy
from libs.registry.service import Protocol, Resolution, Service, ServicePort


@dataclass(frozen=True, slots=True)
class Outbound:
    """One outbound cluster before it is a message. `labels` choose the endpoints of a subset.

    `meshed` leaves only endpoints that speak the mesh's mutual TLS.
    """

    name: str
    service: Service
    port: ServicePort
    labels: Mapping[str, str]
    traffic: TrafficPolicy
    policy: Policy | None
    meshed: bool = False

    @property
    def balancing(self) -> LoadBalancerKind | None:
        """The balancer that is written by its name."""
        return self.traffic.load_balancer.simple if self.traffic.load_balancer else None


def looks_up(one: Outbound) -> bool:
    """Say whether endpoints are looked up by the name that is asked for."""
    return one.service.resolution is Resolution.DYNAMIC_DNS


def names_itself(port: ServicePort) -> bool:
    """Say whether calls to a port say which host they are for, or may do so."""
    return port.protocol not in (Protocol.TCP, Protocol.UDP)
