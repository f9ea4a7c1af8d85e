"""WorkloadEntry: a workload that is no Pod."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from libs.meshapi.base import Model, Port, StringMap, UnsignedCount
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.metadata import Metadata

Place = Annotated[str, Field(max_length=2048)]


def _sorted_ports(value: Mapping[str, int]) -> Mapping[str, int]:
    return dict(sorted(value.items()))


PortsByName = Annotated[Mapping[str, Port], AfterValidator(_sorted_ports), Field(max_length=128)]


class WorkloadEntrySpec(Model):
    """Where the workload is. `ports` maps a service's port name to the workload's number.

    `weight` is relative to other endpoints; 0 counts as 1.
    """

    address: Annotated[str, Field(max_length=256)] = ""
    ports: Annotated[Mapping[str, Port], AfterValidator(_sorted_ports), Field(max_length=128)] = (
        Field(default_factory=dict)
    )
    labels: Annotated[StringMap, Field(max_length=256)] = Field(default_factory=dict)
    network: Place = ""
    locality: Place = ""
    weight: UnsignedCount = 0
    service_account: Annotated[str, Field(max_length=253)] = ""


class WorkloadEntry(MeshObject):
    """networking.istio.io WorkloadEntry."""

    GROUP: ClassVar[str] = "networking.istio.io"

    api_version: str = "networking.istio.io/v1"
    kind: Literal["WorkloadEntry"] = "WorkloadEntry"
    metadata: Metadata
    spec: WorkloadEntrySpec
