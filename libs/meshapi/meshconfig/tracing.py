"""How proxies trace, in the settings of a proxy."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from libs.meshapi.base import Count, Model, Percent, UnsignedCount
from libs.meshapi.trafficpolicy import ClientTLS

TraceContext = Literal["UNSPECIFIED", "W3C_TRACE_CONTEXT", "GRPC_BIN", "CLOUD_TRACE_CONTEXT", "B3"]


class AddressedTracer(Model):
    """A collector at `address`, `host:port`."""

    address: str = ""


class LightstepTracer(Model):
    """Lightstep's satellites."""

    address: str = ""
    access_token: str = Field(default="", repr=False)


class StackdriverTracer(Model):
    """Google Cloud's traces."""

    debug: bool = False
    max_number_of_attributes: Count | None = None
    max_number_of_annotations: Count | None = None
    max_number_of_message_events: Count | None = None


class OpenCensusTracer(Model):
    """An OpenCensus agent."""

    address: str = ""
    context: tuple[TraceContext, ...] = ()


class TagText(Model):
    """A fixed value of a tag."""

    value: str = ""


class TagSource(Model):
    """A variable or header that gives a tag's value."""

    name: str = ""
    default_value: str = ""


class TracingTag(Model):
    """Where a tag's value comes from: at most one of the fields."""

    literal: TagText | None = None
    environment: TagSource | None = None
    header: TagSource | None = None


def _sorted_tags(value: Mapping[str, TracingTag]) -> Mapping[str, TracingTag]:
    return dict(sorted(value.items()))


class ProxyTracing(Model):
    """Tracing of a proxy; at most one collector."""

    zipkin: AddressedTracer | None = None
    lightstep: LightstepTracer | None = None
    datadog: AddressedTracer | None = None
    stackdriver: StackdriverTracer | None = None
    open_census_agent: OpenCensusTracer | None = None
    custom_tags: Annotated[Mapping[str, TracingTag], AfterValidator(_sorted_tags)] = Field(
        default_factory=dict
    )
    max_path_tag_length: UnsignedCount = 0
    sampling: Percent | None = None
    tls_settings: ClientTLS | None = None
    enable_istio_tags: bool | None = None
