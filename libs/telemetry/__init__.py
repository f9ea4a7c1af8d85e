"""Logs and traces: how a process of ours is set up to be seen.

Sets up structlog and OpenTelemetry, and offers spans whose parent is a `traceparent` that travelled
with a revision. Decides nothing: no behaviour of a service may depend on what happens here, and a
receiver that is away costs no more than the spans.
"""
