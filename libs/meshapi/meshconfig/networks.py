"""MeshNetworks: which endpoints are in which network, and the gateways between networks."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field

from libs.meshapi.base import Model, Port


class NetworkEndpoints(Model):
    """Endpoints of a network: those of a CIDR, or all of a cluster's registry."""

    from_cidr: str | None = Field(
        default=None, validation_alias="fromCidr", serialization_alias="fromCidr"
    )
    from_registry: str | None = None


class NetworkGateway(Model):
    """A way into the network: the gateway of a service, or an address."""

    registry_service_name: str | None = None
    address: str | None = None
    port: Port
    locality: str = ""


class Network(Model):
    """Endpoints that reach each other directly, and the gateways for all others."""

    endpoints: tuple[NetworkEndpoints, ...] = ()
    gateways: tuple[NetworkGateway, ...] = ()


def _sorted_networks(value: Mapping[str, Network]) -> Mapping[str, Network]:
    return dict(sorted(value.items()))


class MeshNetworks(Model):
    """Networks by name."""

    networks: Annotated[Mapping[str, Network], AfterValidator(_sorted_networks)] = Field(
        default_factory=dict
    )
