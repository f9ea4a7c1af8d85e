"""What an operator may choose about logs and traces."""

from dataclasses import dataclass
from enum import StrEnum


class SpanExporterKind(StrEnum):
    """Where finished spans go."""

    NONE = "none"
    FILE = "file"
    """JSON lines appended to the path in `endpoint`"""
    OTLP = "otlp"
    """OTLP over gRPC to `endpoint`, such as `http://127.0.0.1:4317`; Jaeger takes it"""
    ZIPKIN = "zipkin"
    """Zipkin's JSON over HTTP to `endpoint`, such as `http://127.0.0.1:9411/api/v2/spans`"""


class LogFormat(StrEnum):
    """How a log line looks."""

    JSON = "json"
    CONSOLE = "console"


@dataclass(frozen=True, slots=True, kw_only=True)
class TelemetrySettings:
    """Logs go to stderr; spans go to one exporter."""

    spans: SpanExporterKind = SpanExporterKind.NONE
    endpoint: str = ""
    span_delay_ms: int = 500
    """How long finished spans are gathered before they are sent."""
    log_level: str = "info"
    log_format: LogFormat = LogFormat.JSON
