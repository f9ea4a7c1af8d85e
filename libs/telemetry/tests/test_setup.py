"""What a process has after its telemetry was set up."""

import subprocess
import sys

_PROGRAM = """
import sys
from libs.telemetry import tracing
from libs.telemetry.settings import TelemetrySettings
from libs.telemetry.setup import set_up

telemetry = set_up("xds", TelemetrySettings())
span = tracing.start_span("push")
print(tracing.traceparent(span))
print([name for name in sys.modules if name.startswith("opentelemetry.exporter")])
telemetry.close()
"""


def test_without_an_exporter_spans_have_ids_and_no_exporter_is_loaded() -> None:
    """Log lines can be found by trace id, and nobody pays for exporters that are not chosen."""
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=True, timeout=30
    )
    traceparent, loaded = done.stdout.splitlines()
    version, trace_id, span_id, _flags = traceparent.split("-")
    assert (version, len(trace_id), len(span_id)) == ("00", 32, 16)
    assert int(trace_id, 16) != 0
    assert loaded == "[]"
