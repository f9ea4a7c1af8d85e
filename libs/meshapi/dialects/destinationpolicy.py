"""DestinationPolicy of config.istio.io/v1alpha2: how callers treat a service or some instances."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from libs.meshapi.base import Count, FreeForm, Model
from libs.meshapi.dialects.istioservice import IstioService
from libs.meshapi.durations import Duration
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.metadata import Metadata

LoadBalancerName = Literal["ROUND_ROBIN", "LEAST_CONN", "RANDOM"]


class LoadBalancing(Model):
    """`custom` was read and never acted on."""

    name: LoadBalancerName | None = None
    custom: FreeForm | None = None


class SimpleCircuitBreaker(Model):
    """Limits of connections and requests, and when an instance is ejected; 0 is no limit said."""

    max_connections: Count = 0
    http_max_pending_requests: Count = 0
    http_max_requests: Count = 0
    sleep_window: Duration | None = None
    http_consecutive_errors: Count = 0
    http_detection_interval: Duration | None = None
    http_max_requests_per_connection: Count = 0
    http_max_ejection_percent: Annotated[int, Field(ge=0, le=100)] = 0
    http_max_retries: Count = 0


class CircuitBreaker(Model):
    """`custom` was read and never acted on."""

    simple_cb: SimpleCircuitBreaker | None = None
    custom: FreeForm | None = None


class DestinationPolicySpec(Model):
    """Applies to calls from `source`, if that is said, to exactly these labels of `destination`."""

    source: IstioService | None = None
    destination: IstioService
    load_balancing: LoadBalancing | None = None
    circuit_breaker: CircuitBreaker | None = None


class DestinationPolicy(MeshObject):
    """config.istio.io DestinationPolicy."""

    GROUP: ClassVar[str] = "config.istio.io"

    api_version: Literal["config.istio.io/v1alpha2"] = "config.istio.io/v1alpha2"
    kind: Literal["DestinationPolicy"] = "DestinationPolicy"
    metadata: Metadata
    spec: DestinationPolicySpec
