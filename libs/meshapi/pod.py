"""Pod, as far as a mesh reads it: identity, ports, and where it runs."""

from typing import Literal

from libs.meshapi.base import Port, PortOrNone
from libs.meshapi.core import OpenModel
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.metadata import Metadata
from libs.meshapi.service import TransportProtocol


class ContainerPort(OpenModel):
    """A port of a container; its name is what a service's target port may say."""

    container_port: Port
    name: str = ""
    protocol: TransportProtocol = "TCP"
    host_port: PortOrNone = 0


class SecurityContext(OpenModel):
    """As which user a container runs."""

    run_as_user: int | None = None


class Container(OpenModel):
    """A container."""

    name: str
    image: str = ""
    ports: tuple[ContainerPort, ...] = ()
    security_context: SecurityContext | None = None


class PodSpec(OpenModel):
    """What runs, as whom, and where."""

    containers: tuple[Container, ...]
    init_containers: tuple[Container, ...] = ()
    service_account_name: str = ""
    node_name: str = ""
    hostname: str = ""
    subdomain: str = ""
    host_network: bool = False
    security_context: SecurityContext | None = None


class Pod(MeshObject):
    """core/v1 Pod."""

    api_version: str = "v1"
    kind: Literal["Pod"] = "Pod"
    metadata: Metadata
    spec: PodSpec
