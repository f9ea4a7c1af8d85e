"""Spans as JSON lines in a file: for a laptop, a test, a bug report."""

from collections.abc import Sequence
from pathlib import Path

import orjson
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.trace import format_span_id, format_trace_id


class FileSpanExporter(SpanExporter):
    """Appends one JSON object a span. Several processes may append to one file."""

    def __init__(self, path: Path) -> None:
        """Remember the path; the file is opened for each batch, so it may be moved away."""
        self._path = path

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Append a batch in one write; a full disk loses spans, never work."""
        lines = b"".join(orjson.dumps(_line(span)) + b"\n" for span in spans)
        try:
            with self._path.open("ab") as file:
                file.write(lines)
        except OSError:
            return SpanExportResult.FAILURE
        return SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        """Nothing is held open."""


def _line(span: ReadableSpan) -> dict[str, object]:
    """Times are seconds since the epoch, durations milliseconds."""
    context = span.get_span_context()
    start, end = span.start_time or 0, span.end_time or 0
    return {
        "trace_id": format_trace_id(context.trace_id) if context else None,
        "span_id": format_span_id(context.span_id) if context else None,
        "parent_id": format_span_id(span.parent.span_id) if span.parent else None,
        "service": span.resource.attributes.get("service.name"),
        "name": span.name,
        "start_s": start / 1e9,
        "duration_ms": (end - start) / 1e6,
        "status": span.status.status_code.name,
        "attributes": dict(span.attributes or {}),
    }
