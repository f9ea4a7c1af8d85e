"""Spans with an explicit parent that came from another process, and explicit times.

One trace belongs to one commit. Its root is opened by the gitwatcher; the `traceparent` of the root
travels in the Revision and in every View, and each process hangs its own spans below it.
Times are seconds since the epoch, from a Clock, so that a span can begin where the work began.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Span, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from libs.kernel.ids import TraceParent

Attributes = Mapping[str, str | int | float | bool]

TEXT_CHARS_MAX = 256
"""Longest free text that goes into a span attribute."""

_PROPAGATOR = TraceContextTextMapPropagator()
_NANOSECONDS = 1_000_000_000


def start_span(
    name: str,
    parent: TraceParent | None = None,
    attributes: Attributes | None = None,
    start_s: float | None = None,
) -> Span:
    """Open a span below `parent`, or a new trace without one. End it with `end`."""
    return trace.get_tracer("periplus").start_span(
        name,
        context=_context(parent),
        attributes=dict(attributes or {}),
        start_time=_nanoseconds(start_s),
    )


def end(span: Span, end_s: float | None = None, error: str | None = None) -> None:
    """Close a span, as failed when `error` says why."""
    if error is not None:
        span.set_status(Status(StatusCode.ERROR, error[:TEXT_CHARS_MAX]))
    span.end(_nanoseconds(end_s))


@contextmanager
def span(
    name: str, parent: TraceParent | None = None, attributes: Attributes | None = None
) -> Iterator[Span]:
    """Run a block inside a span; its log lines carry the ids, an exception marks it failed."""
    opened = start_span(name, parent, attributes)
    with trace.use_span(
        opened, end_on_exit=True, record_exception=False, set_status_on_exception=True
    ):
        yield opened


def traceparent(span: Span) -> TraceParent:
    """Return the W3C header value that lets another process continue below `span`."""
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier, trace.set_span_in_context(span, Context()))
    return TraceParent(carrier.get("traceparent", ""))


def _context(parent: TraceParent | None) -> Context:
    """Read a parent; an unreadable one starts a new trace, as the W3C recommendation asks."""
    if not parent:
        return Context()
    return _PROPAGATOR.extract({"traceparent": parent}, Context())


def _nanoseconds(seconds: float | None) -> int | None:
    """OpenTelemetry counts whole nanoseconds since the epoch."""
    return None if seconds is None else int(seconds * _NANOSECONDS)
