"""Endpoints: the addresses behind a service, as Kubernetes wrote them before EndpointSlice."""

from typing import Literal

from libs.meshapi.base import Model, Port
from libs.meshapi.endpointslice import TargetReference
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.metadata import Metadata
from libs.meshapi.service import TransportProtocol


class EndpointAddress(Model):
    """One address, and the object behind it."""

    ip: str
    hostname: str = ""
    node_name: str | None = None
    target_ref: TargetReference | None = None


class EndpointPort(Model):
    """A port of every address of the subset; `name` ties it to the service's port."""

    name: str = ""
    port: Port
    protocol: TransportProtocol = "TCP"
    app_protocol: str | None = None


class EndpointSubset(Model):
    """Addresses that all have the same ports."""

    addresses: tuple[EndpointAddress, ...] = ()
    not_ready_addresses: tuple[EndpointAddress, ...] = ()
    ports: tuple[EndpointPort, ...] = ()


class Endpoints(MeshObject):
    """core/v1 Endpoints; its subsets stand at the top."""

    api_version: str = "v1"
    kind: Literal["Endpoints"] = "Endpoints"
    metadata: Metadata
    subsets: tuple[EndpointSubset, ...] = ()
