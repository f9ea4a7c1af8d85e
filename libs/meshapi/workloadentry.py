"""WorkloadEntry: a workload that is no Pod."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, ConfigDict, Field

from libs.meshapi.base import Model, Port, StringMap, UnsignedCount
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.metadata import Metadata

HEALTH_ANNOTATION = "proxy.istio.io/health-checks-enabled"
"""On a WorkloadEntry whose agent probes it and writes the condition `Healthy`."""

_TRUE = frozenset({"1", "t", "T", "true", "True", "TRUE"})
"""How Go reads a true value; every other text is none."""

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


class WorkloadCondition(Model):
    """What somebody found out about the workload; when, and why, is no part of it here."""

    model_config = ConfigDict(extra="ignore")

    type: str = ""
    status: str = ""


class WorkloadStatus(Model):
    """What is known of the workload, as far as calls depend on it."""

    model_config = ConfigDict(extra="ignore")

    conditions: tuple[WorkloadCondition, ...] = ()


class WorkloadEntry(MeshObject):
    """networking.istio.io WorkloadEntry."""

    GROUP: ClassVar[str] = "networking.istio.io"

    api_version: str = "networking.istio.io/v1"
    kind: Literal["WorkloadEntry"] = "WorkloadEntry"
    metadata: Metadata
    spec: WorkloadEntrySpec
    status: WorkloadStatus | None = None

    @property
    def healthy(self) -> bool:
        """Whether it may be called: one that is probed has to have passed a probe first."""
        if self.metadata.annotations.get(HEALTH_ANNOTATION) not in _TRUE:
            return True
        conditions = self.status.conditions if self.status else ()
        return any(one.type == "Healthy" and one.status == "True" for one in conditions)
