"""Telemetry: which traces, metrics and access logs a proxy writes."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from libs.meshapi.base import Alternatives, Model, Percent
from libs.meshapi.durations import Duration
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.metadata import Metadata
from libs.meshapi.selectors import WorkloadSelector
from libs.meshapi.targets import PolicyTarget, PolicyTargets
from libs.meshapi.texts import NonEmpty

WorkloadMode = Literal["CLIENT_AND_SERVER", "CLIENT", "SERVER"]
Metric = Literal[
    "ALL_METRICS",
    "REQUEST_COUNT",
    "REQUEST_DURATION",
    "REQUEST_SIZE",
    "RESPONSE_SIZE",
    "TCP_OPENED_CONNECTIONS",
    "TCP_CLOSED_CONNECTIONS",
    "TCP_SENT_BYTES",
    "TCP_RECEIVED_BYTES",
    "GRPC_REQUEST_MESSAGES",
    "GRPC_RESPONSE_MESSAGES",
]


class ModeMatch(Model):
    """Which side of a call is meant; both when nothing is said."""

    mode: WorkloadMode = "CLIENT_AND_SERVER"


class ProviderName(Model):
    """A provider that the mesh config defines."""

    name: NonEmpty


class LiteralTag(Model):
    """A fixed value."""

    value: NonEmpty


class NamedTag(Model):
    """The value of an environment variable or of a header, with a default."""

    name: NonEmpty
    default_value: str = ""


class CustomTag(Model):
    """Where a tag's value comes from: exactly one of the fields."""

    ALTERNATIVES: ClassVar[Alternatives] = (("literal", "environment", "header", "formatter"),)

    literal: LiteralTag | None = None
    environment: NamedTag | None = None
    header: NamedTag | None = None
    formatter: LiteralTag | None = None


def _sorted_tags(value: Mapping[str, CustomTag]) -> Mapping[str, CustomTag]:
    return dict(sorted(value.items()))


CustomTags = Annotated[Mapping[str, CustomTag], AfterValidator(_sorted_tags)]


class Tracing(Model):
    """Traces."""

    match: ModeMatch | None = None
    providers: tuple[ProviderName, ...] = ()
    random_sampling_percentage: Percent | None = None
    disable_span_reporting: bool | None = None
    disable_context_propagation: bool | None = None
    custom_tags: CustomTags = Field(default_factory=dict)
    enable_istio_tags: bool | None = None
    use_request_id_for_trace_sampling: bool | None = None


class MetricMatch(Model):
    """A metric of Istio's, or one by name; they exclude each other."""

    ALTERNATIVES: ClassVar[Alternatives] = (("metric", "custom_metric"),)

    metric: Metric | None = None
    custom_metric: NonEmpty | None = None
    mode: WorkloadMode = "CLIENT_AND_SERVER"


class TagOverride(Model):
    """Adds, replaces or removes a tag of a metric. `UPSERT` needs a value, `REMOVE` takes none."""

    operation: Literal["UPSERT", "REMOVE"] = "UPSERT"
    value: str = ""


def _sorted_overrides(value: Mapping[str, TagOverride]) -> Mapping[str, TagOverride]:
    return dict(sorted(value.items()))


class MetricOverride(Model):
    """Changes of one metric or of all."""

    match: MetricMatch | None = None
    disabled: bool | None = None
    tag_overrides: Annotated[Mapping[str, TagOverride], AfterValidator(_sorted_overrides)] = Field(
        default_factory=dict
    )


class Metrics(Model):
    """Metrics."""

    providers: tuple[ProviderName, ...] = ()
    overrides: tuple[MetricOverride, ...] = ()
    reporting_interval: Duration | None = None


class LogFilter(Model):
    """A CEL expression; only calls for which it is true are logged."""

    expression: str = ""


class AccessLogging(Model):
    """Access logs."""

    match: ModeMatch | None = None
    providers: tuple[ProviderName, ...] = ()
    disabled: bool | None = None
    filter: LogFilter | None = None


class TelemetrySpec(Model):
    """Telemetry of the selected workloads or targets; one selection at most."""

    ALTERNATIVES: ClassVar[Alternatives] = (("selector", "target_ref", "target_refs"),)

    selector: WorkloadSelector | None = None
    target_ref: PolicyTarget | None = None
    target_refs: PolicyTargets = ()
    tracing: tuple[Tracing, ...] = ()
    metrics: tuple[Metrics, ...] = ()
    access_logging: tuple[AccessLogging, ...] = ()


class Telemetry(MeshObject):
    """telemetry.istio.io Telemetry."""

    GROUP: ClassVar[str] = "telemetry.istio.io"

    api_version: str = "telemetry.istio.io/v1"
    kind: Literal["Telemetry"] = "Telemetry"
    metadata: Metadata
    spec: TelemetrySpec = TelemetrySpec()
