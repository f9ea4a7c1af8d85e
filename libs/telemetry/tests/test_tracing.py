"""Spans of several processes hang below one commit."""

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from libs.kernel.ids import TraceParent
from libs.telemetry import tracing

_EXPORTER = InMemorySpanExporter()


@pytest.fixture(autouse=True, scope="module")
def _provider() -> None:
    """Give the whole module one provider: OpenTelemetry takes the first and refuses a second."""
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(_EXPORTER))
    trace.set_tracer_provider(provider)


@pytest.fixture(autouse=True)
def _clean() -> None:
    """Forget the spans of the test before."""
    _EXPORTER.clear()


def test_a_span_continues_the_trace_that_its_parent_began() -> None:
    """What travels as a traceparent puts the child into the same trace, below the parent."""
    root = tracing.start_span("commit")
    child = tracing.start_span("compile", tracing.traceparent(root))
    assert child.get_span_context().trace_id == root.get_span_context().trace_id
    tracing.end(child)
    tracing.end(root)
    finished = {span.name: span for span in _EXPORTER.get_finished_spans()}
    parent = finished["compile"].parent
    assert parent is not None
    assert parent.span_id == root.get_span_context().span_id


def test_times_are_those_of_the_clock_that_the_caller_reads() -> None:
    """A span may begin where the work began, before it was known which commit it belongs to."""
    tracing.end(tracing.start_span("notice", start_s=1000.5), end_s=1001.25)
    (span,) = _EXPORTER.get_finished_spans()
    assert (span.start_time, span.end_time) == (1_000_500_000_000, 1_001_250_000_000)


def test_a_failed_span_says_why_in_bounded_length() -> None:
    """A NACK may carry whole resources; a span keeps only its beginning."""
    tracing.end(tracing.start_span("ack"), error="x" * 10_000)
    (span,) = _EXPORTER.get_finished_spans()
    assert span.status.status_code is StatusCode.ERROR
    assert span.status.description == "x" * tracing.TEXT_CHARS_MAX


def test_an_unreadable_parent_begins_a_new_trace() -> None:
    """Text that is no traceparent is not an error of the commit that carries it."""
    span = tracing.start_span("compile", TraceParent("not a traceparent"))
    assert span.get_span_context().is_valid
    tracing.end(span)
    assert _EXPORTER.get_finished_spans()[0].parent is None
