"""ServiceEntry: a service that Kubernetes does not know."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from libs.meshapi.base import Alternatives, Model, Port
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.metadata import Metadata
from libs.meshapi.texts import WorkloadLabels
from libs.meshapi.workloadentry import WorkloadEntrySpec

Resolution = Literal["NONE", "STATIC", "DNS", "DNS_ROUND_ROBIN", "DYNAMIC_DNS"]
Address = Annotated[str, Field(max_length=64)]
Location = Literal["MESH_EXTERNAL", "MESH_INTERNAL"]


class ServicePort(Model):
    """A port of the service; `target_port` is the endpoints' own number when it differs."""

    number: Port
    protocol: Annotated[str, Field(max_length=256)] = ""
    name: Annotated[str, Field(min_length=1, max_length=256)]
    target_port: Port | None = None


class LabelsSelector(Model):
    """Workloads that carry all of these labels."""

    labels: WorkloadLabels = Field(default_factory=dict)


class ServiceEntrySpec(Model):
    """A service under `hosts`. `endpoints` and `workload_selector` exclude each other."""

    ALTERNATIVES: ClassVar[Alternatives] = (("endpoints", "workload_selector"),)

    hosts: Annotated[tuple[str, ...], Field(max_length=256)]
    addresses: Annotated[tuple[Address, ...], Field(max_length=256)] = ()
    ports: Annotated[tuple[ServicePort, ...], Field(max_length=256)] = ()
    location: Location = "MESH_EXTERNAL"
    resolution: Resolution = "NONE"
    endpoints: Annotated[tuple[WorkloadEntrySpec, ...], Field(max_length=4096)] = ()
    workload_selector: LabelsSelector | None = None
    export_to: tuple[str, ...] = ()
    subject_alt_names: tuple[str, ...] = ()


class ServiceEntry(MeshObject):
    """networking.istio.io ServiceEntry."""

    GROUP: ClassVar[str] = "networking.istio.io"

    api_version: str = "networking.istio.io/v1"
    kind: Literal["ServiceEntry"] = "ServiceEntry"
    metadata: Metadata
    spec: ServiceEntrySpec
