"""Service: Kubernetes' own service, as far as a mesh cares, and the rest carried."""

from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator
from pydantic_core import PydanticCustomError

from libs.meshapi.base import FreeForm, Model, Port, StringMap
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.metadata import Metadata

HEADLESS = "None"
"""`cluster_ip` of a service that has no address of its own."""

TransportProtocol = Literal["TCP", "UDP", "SCTP"]
PortNumber = Annotated[int, Field(ge=0, le=65535)]


def _number_or_name(value: Any) -> int | str:
    if type(value) is int or type(value) is str:
        return value
    raise PydanticCustomError("int_or_text", "neither number nor name")


NumberOrName = Annotated[int | str, PlainValidator(_number_or_name)]


class ServicePort(Model):
    """A port of the service. `target_port` is a number or the name of a workload's port."""

    port: Port
    name: str = ""
    protocol: TransportProtocol = "TCP"
    app_protocol: str | None = None
    target_port: NumberOrName | None = None
    node_port: PortNumber = 0


class ServiceSpec(Model):
    """Addresses, ports and selector."""

    type: Literal["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"] = "ClusterIP"
    cluster_ip: str = ""
    cluster_ips: tuple[str, ...] = ()
    ports: tuple[ServicePort, ...] = ()
    selector: StringMap = Field(default_factory=dict)
    external_name: str = ""
    external_ips: tuple[str, ...] = ()
    publish_not_ready_addresses: bool = False
    session_affinity: Literal["None", "ClientIP"] = "None"
    session_affinity_config: FreeForm | None = None
    internal_traffic_policy: Literal["Cluster", "Local"] = "Cluster"
    external_traffic_policy: Literal["Cluster", "Local"] | None = None
    traffic_distribution: str | None = None
    ip_families: tuple[str, ...] = ()
    ip_family_policy: str | None = None
    load_balancer_ip: str = ""
    load_balancer_class: str | None = None
    load_balancer_source_ranges: tuple[str, ...] = ()
    allocate_load_balancer_node_ports: bool | None = None
    health_check_node_port: PortNumber = 0


class Service(MeshObject):
    """core/v1 Service."""

    api_version: str = "v1"
    kind: Literal["Service"] = "Service"
    metadata: Metadata
    spec: ServiceSpec
