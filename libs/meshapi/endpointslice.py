"""EndpointSlice: the addresses behind a service. It has no spec; its fields stand at the top."""

from typing import ClassVar, Literal

from pydantic import Field

from libs.meshapi.base import FreeForm, Model, Port, StringMap
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.metadata import Metadata
from libs.meshapi.service import TransportProtocol

SERVICE_NAME_LABEL = "kubernetes.io/service-name"
"""Label of a slice that names its service."""


class EndpointConditions(Model):
    """State of an endpoint. What is not said counts as ready and serving, not terminating."""

    ready: bool | None = None
    serving: bool | None = None
    terminating: bool | None = None


class TargetReference(Model):
    """The object behind an endpoint."""

    api_version: str = ""
    kind: str = ""
    namespace: str = ""
    name: str = ""
    uid: str = ""
    resource_version: str = ""
    field_path: str = ""


class SliceEndpoint(Model):
    """One endpoint; its addresses are alternatives for one workload."""

    addresses: tuple[str, ...]
    conditions: EndpointConditions | None = None
    hostname: str | None = None
    node_name: str | None = None
    zone: str | None = None
    hints: FreeForm | None = None
    target_ref: TargetReference | None = None
    deprecated_topology: StringMap = Field(default_factory=dict)


class SlicePort(Model):
    """A port of every endpoint of the slice; `name` ties it to the service's port."""

    port: Port | None = None
    name: str = ""
    protocol: TransportProtocol = "TCP"
    app_protocol: str | None = None


class EndpointSlice(MeshObject):
    """discovery.k8s.io/v1 EndpointSlice."""

    GROUP: ClassVar[str] = "discovery.k8s.io"

    api_version: str = "discovery.k8s.io/v1"
    kind: Literal["EndpointSlice"] = "EndpointSlice"
    metadata: Metadata
    address_type: Literal["IPv4", "IPv6", "FQDN"]
    endpoints: tuple[SliceEndpoint, ...] = ()
    ports: tuple[SlicePort, ...] = ()

    @property
    def service_name(self) -> str:
        """Name of the service in the slice's namespace; empty when no label says it."""
        return self.metadata.labels.get(SERVICE_NAME_LABEL, "")
