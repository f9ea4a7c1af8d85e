"""Structured logs: one JSON object a line on stderr, with trace ids where a span is current."""

import sys
from collections.abc import MutableMapping
from typing import Any, cast

import orjson
from opentelemetry import trace

from libs.telemetry.lean import absent
from libs.telemetry.settings import LogFormat, TelemetrySettings

# structlog loads rich where it is installed: 8 MB and a third of a second for each process, all
# for the colours of tracebacks.
with absent("rich"):
    import structlog
    from structlog.typing import FilteringBoundLogger, Processor, WrappedLogger


def set_up_logs(service: str, settings: TelemetrySettings) -> None:
    """Configure structlog for this process. `service` stands in every line as `logger`."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(logger=service)
    structlog.configure(
        processors=_processors(settings.log_format),
        wrapper_class=structlog.make_filtering_bound_logger(settings.log_level),
        logger_factory=_logger_factory(settings.log_format),
        cache_logger_on_first_use=True,
    )


def get_logger() -> FilteringBoundLogger:
    """Return the logger of this process."""
    return cast("FilteringBoundLogger", structlog.get_logger())


def add_trace_ids(
    _logger: WrappedLogger, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Add `trace_id` and `span_id` of the current span, in the hexadecimal form of the W3C."""
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        event["trace_id"] = trace.format_trace_id(context.trace_id)
        event["span_id"] = trace.format_span_id(context.span_id)
    return event


def _processors(log_format: LogFormat) -> list[Processor]:
    """Order matters: ids and time are added before the line is rendered."""
    common: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="ts"),
        add_trace_ids,
        structlog.processors.format_exc_info,
    ]
    if log_format is LogFormat.CONSOLE:
        return [*common, structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    return [
        *common,
        structlog.processors.EventRenamer("msg"),
        structlog.processors.JSONRenderer(serializer=_dumps),
    ]


def _dumps(event: Any, **_: Any) -> bytes:
    """Render a line; values that JSON does not know are written as text."""
    return orjson.dumps(event, default=str)


def _logger_factory(log_format: LogFormat) -> Any:
    """JSON lines are bytes, the console's are text."""
    if log_format is LogFormat.CONSOLE:
        return structlog.PrintLoggerFactory(sys.stderr)
    return structlog.BytesLoggerFactory(sys.stderr.buffer)
