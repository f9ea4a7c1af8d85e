"""Log lines are JSON on stderr, and lead to the trace that they belong to."""

import json
import subprocess
import sys

_PROGRAM = """
from libs.telemetry import tracing
from libs.telemetry.logs import get_logger
from libs.telemetry.settings import TelemetrySettings
from libs.telemetry.setup import set_up

telemetry = set_up("gitwatcher", TelemetrySettings(log_level="info"))
with tracing.span("fetch") as span:
    get_logger().info("fetched", commit="c0ffee", size_bytes=3)
    get_logger().debug("not written at this level")
get_logger().warning("outside")
print(tracing.traceparent(span))
telemetry.close()
"""


def test_a_line_carries_level_logger_fields_and_the_ids_of_its_span() -> None:
    """A line inside a span has that span's ids; a line outside has none; debug is left out."""
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=True, timeout=30
    )
    inside, outside = (json.loads(line) for line in done.stderr.splitlines())
    _, trace_id, span_id, _ = done.stdout.strip().split("-")
    assert inside["msg"] == "fetched"
    assert (inside["level"], inside["logger"]) == ("info", "gitwatcher")
    assert (inside["commit"], inside["size_bytes"]) == ("c0ffee", 3)
    assert (inside["trace_id"], inside["span_id"]) == (trace_id, span_id)
    assert inside["ts"].endswith("Z")
    assert outside["level"] == "warning"
    assert "trace_id" not in outside
