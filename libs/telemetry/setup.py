"""Sets up logs and traces of one process, once, at its start."""

from pathlib import Path

from opentelemetry import trace
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter

from libs.telemetry.logs import set_up_logs
from libs.telemetry.settings import SpanExporterKind, TelemetrySettings


class Telemetry:
    """What has to be closed at the end of a process so that no span is lost."""

    def __init__(self, provider: TracerProvider) -> None:
        """Keep the provider."""
        self._provider = provider

    def close(self) -> None:
        """Send what is still held and stop the exporter's thread."""
        self._provider.shutdown()


def set_up(service: str, settings: TelemetrySettings) -> Telemetry:
    """Set up logs and traces. Call once a process.

    Without an exporter spans still have ids, so that log lines of one commit can be found together.
    """
    set_up_logs(service, settings)
    provider = TracerProvider(resource=Resource.create({SERVICE_NAME: f"periplus-{service}"}))
    exporter = _exporter(settings)
    if exporter is not None:
        provider.add_span_processor(
            BatchSpanProcessor(exporter, schedule_delay_millis=settings.span_delay_ms)
        )
    trace.set_tracer_provider(provider)
    return Telemetry(provider)


def _exporter(settings: TelemetrySettings) -> SpanExporter | None:
    """Exporters are imported only when chosen: each costs tens of megabytes."""
    match settings.spans:
        case SpanExporterKind.NONE:
            return None
        case SpanExporterKind.FILE:
            from libs.telemetry.spanfile import FileSpanExporter

            return FileSpanExporter(Path(settings.endpoint))
        case SpanExporterKind.OTLP:
            from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter

            return OTLPSpanExporter(endpoint=settings.endpoint)
        case SpanExporterKind.ZIPKIN:
            from opentelemetry.exporter.zipkin.json import ZipkinExporter

            return ZipkinExporter(endpoint=settings.endpoint)
