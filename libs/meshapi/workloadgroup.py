"""WorkloadGroup: what WorkloadEntries of one group have in common."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from libs.meshapi import patterns
from libs.meshapi.base import Alternatives, Count, Model, Port, StringMap
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.metadata import Metadata
from libs.meshapi.texts import NonEmptyTexts
from libs.meshapi.workloadentry import WorkloadEntrySpec


class GroupMetadata(Model):
    """Labels and annotations of every entry of the group."""

    labels: Annotated[StringMap, Field(max_length=256)] = Field(default_factory=dict)
    annotations: Annotated[StringMap, Field(max_length=256)] = Field(default_factory=dict)


class ProbeHeader(Model):
    """A header of the probe's request."""

    name: Annotated[str, Field(pattern=patterns.HEADER_WORD)] = ""
    value: str = ""


class HTTPProbe(Model):
    """Healthy when a GET is answered with 200 to 399."""

    path: str = ""
    port: Port
    host: str = ""
    scheme: Literal["", "HTTP", "HTTPS"] = ""
    http_headers: tuple[ProbeHeader, ...] = ()


class TCPProbe(Model):
    """Healthy when the port can be connected."""

    host: str = ""
    port: Port


class ExecProbe(Model):
    """Healthy when the command succeeds."""

    command: NonEmptyTexts


class GRPCProbe(Model):
    """Healthy when gRPC's health service says so."""

    port: Port | None = None
    service: str = ""


class ReadinessProbe(Model):
    """How a workload is found to be ready: at most one of the four ways. Times are in seconds."""

    ALTERNATIVES: ClassVar[Alternatives] = (("http_get", "tcp_socket", "exec", "grpc"),)

    initial_delay_seconds: Count = 0
    timeout_seconds: Count = 0
    period_seconds: Count = 0
    success_threshold: Count = 0
    failure_threshold: Count = 0
    http_get: HTTPProbe | None = None
    tcp_socket: TCPProbe | None = None
    exec: ExecProbe | None = None
    grpc: GRPCProbe | None = None


class WorkloadGroupSpec(Model):
    """The template of the group's entries."""

    metadata: GroupMetadata | None = None
    template: WorkloadEntrySpec
    probe: ReadinessProbe | None = None


class WorkloadGroup(MeshObject):
    """networking.istio.io WorkloadGroup."""

    GROUP: ClassVar[str] = "networking.istio.io"

    api_version: str = "networking.istio.io/v1"
    kind: Literal["WorkloadGroup"] = "WorkloadGroup"
    metadata: Metadata
    spec: WorkloadGroupSpec
