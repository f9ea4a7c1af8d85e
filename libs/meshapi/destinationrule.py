"""DestinationRule: subsets of a service and how its endpoints are treated."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from libs.meshapi.base import Model, StringMap
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.metadata import Metadata
from libs.meshapi.selectors import WorkloadSelector
from libs.meshapi.trafficpolicy import TrafficPolicy


class Subset(Model):
    """Endpoints that carry all of the labels, under a name."""

    name: Annotated[str, Field(min_length=1)]
    labels: StringMap = Field(default_factory=dict)
    traffic_policy: TrafficPolicy | None = None


class DestinationRuleSpec(Model):
    """Policy for `host` after routing."""

    host: Annotated[str, Field(min_length=1)]
    traffic_policy: TrafficPolicy | None = None
    subsets: tuple[Subset, ...] = ()
    export_to: tuple[str, ...] = ()
    workload_selector: WorkloadSelector | None = None


class DestinationRule(MeshObject):
    """networking.istio.io DestinationRule."""

    GROUP: ClassVar[str] = "networking.istio.io"

    api_version: str = "networking.istio.io/v1"
    kind: Literal["DestinationRule"] = "DestinationRule"
    metadata: Metadata
    spec: DestinationRuleSpec
