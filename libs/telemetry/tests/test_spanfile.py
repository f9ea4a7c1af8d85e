"""Spans in a file: one line each, whoever writes them."""

import json
import subprocess
import sys
from pathlib import Path

_PROGRAM = """
import sys
from libs.telemetry import tracing
from libs.telemetry.settings import SpanExporterKind, TelemetrySettings
from libs.telemetry.setup import set_up

telemetry = set_up(
    "compiler", TelemetrySettings(spans=SpanExporterKind.FILE, endpoint=sys.argv[1])
)
root = tracing.start_span("commit", start_s=10.0)
tracing.end(
    tracing.start_span("compile", tracing.traceparent(root), {"cluster": "c1"}, start_s=10.5),
    end_s=10.75,
)
tracing.end(root, end_s=11.0, error="refused")
telemetry.close()
"""


def test_each_finished_span_is_one_json_line_with_parent_and_duration(tmp_path: Path) -> None:
    """Closing the telemetry writes what was gathered; parents can be followed by id."""
    path = tmp_path / "spans.jsonl"
    subprocess.run([sys.executable, "-c", _PROGRAM, str(path)], check=True, timeout=30)
    child, root = (json.loads(line) for line in path.read_text().splitlines())
    assert child["parent_id"] == root["span_id"]
    assert child["trace_id"] == root["trace_id"]
    assert (child["name"], child["start_s"], child["duration_ms"]) == ("compile", 10.5, 250.0)
    assert child["attributes"] == {"cluster": "c1"}
    assert (root["service"], root["status"]) == ("periplus-compiler", "ERROR")


def test_a_file_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    """Work goes on when spans are lost."""
    path = tmp_path / "absent" / "spans.jsonl"
    done = subprocess.run([sys.executable, "-c", _PROGRAM, str(path)], check=False, timeout=30)
    assert done.returncode == 0
