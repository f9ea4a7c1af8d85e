"""Spans of a process arrive at the receivers that people run, and can be read back there."""

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

from tools.parts.jaeger import Jaeger

_PROGRAM = """
import sys
from libs.telemetry import tracing
from libs.telemetry.settings import SpanExporterKind, TelemetrySettings
from libs.telemetry.setup import set_up

kind, endpoint = sys.argv[1:]
telemetry = set_up("gitwatcher", TelemetrySettings(spans=SpanExporterKind(kind), endpoint=endpoint))
root = tracing.start_span("commit", attributes={"vcs.ref.head.revision": "c0ffee"})
child = tracing.start_span("fetch", tracing.traceparent(root))
tracing.end(child, error="remote went away")
tracing.end(root)
telemetry.close()
print(tracing.traceparent(root).split("-")[1])
"""


def _send(kind: str, endpoint: str) -> str:
    """Export two spans from a process of its own; return the trace id."""
    command = [sys.executable, "-c", _PROGRAM, kind, endpoint]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
    return done.stdout.strip()


def _read(url: str, complete: Callable[[Any], bool]) -> Any:
    """Ask a receiver until the whole trace is there; fail after twenty seconds."""
    for _ in range(100):
        try:
            with urllib.request.urlopen(url, timeout=5) as response:
                body = json.load(response)
        except urllib.error.HTTPError:
            body = None
        if body is not None and complete(body):
            return body
        time.sleep(0.2)
    message = f"no complete trace at {url}"
    raise AssertionError(message)


def test_zipkin_shows_the_spans_of_a_commit(zipkin_url: str) -> None:
    """Names, service, parent, tag and error are what Zipkin's own interface reads."""
    trace_id = _send("zipkin", f"{zipkin_url}/api/v2/spans")
    spans = _read(f"{zipkin_url}/api/v2/trace/{trace_id}", lambda body: len(body) == 2)
    by_name = {span["name"]: span for span in spans}
    assert by_name["fetch"]["parentId"] == by_name["commit"]["id"]
    assert by_name["commit"]["localEndpoint"]["serviceName"] == "periplus-gitwatcher"
    assert by_name["commit"]["tags"]["vcs.ref.head.revision"] == "c0ffee"
    assert by_name["fetch"]["tags"]["error"] == "remote went away"


def test_jaeger_shows_the_spans_of_a_commit(jaeger: Jaeger) -> None:
    """The same through OTLP over gRPC."""
    trace_id = _send("otlp", jaeger.otlp_grpc)
    body = _read(
        f"{jaeger.query}/api/traces/{trace_id}", lambda body: len(body["data"][0]["spans"]) == 2
    )
    trace = body["data"][0]
    by_name = {span["operationName"]: span for span in trace["spans"]}
    reference = by_name["fetch"]["references"][0]
    assert (reference["refType"], reference["spanID"]) == ("CHILD_OF", by_name["commit"]["spanID"])
    assert {p["serviceName"] for p in trace["processes"].values()} == {"periplus-gitwatcher"}
    tags = {tag["key"]: tag["value"] for tag in by_name["commit"]["tags"]}
    assert tags["vcs.ref.head.revision"] == "c0ffee"
