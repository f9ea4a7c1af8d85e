"""Sidecar: what a workload's proxy listens on and which hosts it knows."""

from typing import ClassVar, Literal

from libs.meshapi.base import Model, Port
from libs.meshapi.gateway import ServerTLS
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.metadata import Metadata
from libs.meshapi.serviceentry import LabelsSelector
from libs.meshapi.trafficpolicy import ConnectionPool
from libs.meshapi.virtualservice import Destination

CaptureMode = Literal["DEFAULT", "IPTABLES", "NONE"]


class SidecarPort(Model):
    """Port of a Sidecar listener. `number` 0 with a unix socket `bind`; `target_port` is unused."""

    number: Port
    target_port: Port | None = None
    protocol: str = ""
    name: str = ""


class IngressListener(Model):
    """Where inbound calls arrive. `default_endpoint` is `127.0.0.1:P`, `0.0.0.0:P` or a socket.

    `0.0.0.0:P` means the workload's own address; an empty one keeps the service's endpoint.
    """

    port: SidecarPort
    bind: str = ""
    capture_mode: CaptureMode = "DEFAULT"
    default_endpoint: str = ""
    tls: ServerTLS | None = None
    connection_pool: ConnectionPool | None = None


class EgressListener(Model):
    """Where outbound calls start; `hosts` are `namespace/host`, the namespace `.`, `*` or `~`."""

    port: SidecarPort | None = None
    bind: str = ""
    capture_mode: CaptureMode = "DEFAULT"
    hosts: tuple[str, ...]


class OutboundTrafficPolicy(Model):
    """What happens to calls to hosts that nobody declared."""

    mode: Literal["REGISTRY_ONLY", "ALLOW_ANY"] = "REGISTRY_ONLY"
    egress_proxy: Destination | None = None


class SidecarSpec(Model):
    """Settings of the selected workloads' proxies; without a selector, of the whole namespace."""

    workload_selector: LabelsSelector | None = None
    ingress: tuple[IngressListener, ...] = ()
    egress: tuple[EgressListener, ...] = ()
    inbound_connection_pool: ConnectionPool | None = None
    outbound_traffic_policy: OutboundTrafficPolicy | None = None


class Sidecar(MeshObject):
    """networking.istio.io Sidecar."""

    GROUP: ClassVar[str] = "networking.istio.io"

    api_version: str = "networking.istio.io/v1"
    kind: Literal["Sidecar"] = "Sidecar"
    metadata: Metadata
    spec: SidecarSpec
