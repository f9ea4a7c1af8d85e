"""Every part that can be had starts, answers what its clients ask, and is gone afterwards."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import psycopg
import pytest
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

from tools.parts import postgres
from tools.parts.jaeger import Jaeger
from tools.parts.missing import PartMissingError

ROOT = Path(__file__).parents[3]


def _get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=5) as answer:
        return bytes(answer.read())


def test_postgres_answers_and_is_private(postgres_url: str) -> None:
    """A client connects without a password and may create databases."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE a_test")
        rows = connection.execute("SELECT count(*) FROM pg_database").fetchone()
    assert rows is not None
    assert rows[0] == 4


def test_postgres_leaves_nothing() -> None:
    """After the session its port is closed."""
    try:
        with postgres.running() as url:
            pass
    except PartMissingError as missing:
        pytest.skip(str(missing))
    with pytest.raises(psycopg.OperationalError, match="refused"):
        psycopg.connect(url)


def test_zipkin_keeps_a_span(zipkin_url: str) -> None:
    """A span that is posted can be read back."""
    span = {"traceId": "a" * 32, "id": "b" * 16, "name": "x", "timestamp": 1, "duration": 1}
    request = urllib.request.Request(
        f"{zipkin_url}/api/v2/spans",
        json.dumps([span]).encode(),
        {"Content-Type": "application/json"},
    )
    urllib.request.urlopen(request, timeout=5).close()
    trace = _get(f"{zipkin_url}/api/v2/trace/{'a' * 32}")
    assert json.loads(trace)[0]["name"] == "x"


def test_jaeger_keeps_a_span(jaeger: Jaeger) -> None:
    """A span exported over OTLP can be read back by its trace id."""
    provider = TracerProvider()
    exporter = OTLPSpanExporter(endpoint=jaeger.otlp_grpc, insecure=True)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    with provider.get_tracer("test").start_as_current_span("hello") as span:
        trace_id = f"{span.get_span_context().trace_id:032x}"
    provider.shutdown()
    deadline = time.monotonic() + 10
    body = b""
    while b"hello" not in body and time.monotonic() < deadline:
        try:
            body = _get(f"{jaeger.query}/api/traces/{trace_id}")
        except urllib.error.HTTPError:
            time.sleep(0.05)
    assert b'"operationName":"hello"' in body


@pytest.mark.parametrize(
    ("no_skip", "status", "said"),
    [
        pytest.param("", 0, "NOT TESTED, 2 skipped: envoy", id="said loudly"),
        pytest.param("1", 1, "part missing: envoy", id="a failure where parts must be there"),
    ],
)
def test_a_missing_part(tmp_path: Path, no_skip: str, status: int, said: str) -> None:
    """Tests of a part that is not there skip with a count, or fail under PERIPLUS_NO_SKIP=1."""
    case = tmp_path / "test_case.py"
    case.write_text("def test_a(envoy): ...\ndef test_b(envoy): ...\n", encoding="utf-8")
    env = {**os.environ, "PERIPLUS_ENVOY": str(tmp_path / "none"), "PERIPLUS_NO_SKIP": no_skip}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tools.parts.plugin", str(case)]
    done = subprocess.run(
        [*command, "--rootdir", str(tmp_path), "-c", os.devnull],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status, done.stdout
    assert said in done.stdout
