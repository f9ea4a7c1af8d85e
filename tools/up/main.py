"""Runs the services of one machine until SIGTERM or Ctrl-C."""

import signal
from types import FrameType

from libs.adapters.system.clock import SystemClock
from libs.telemetry.logs import get_logger, set_up_logs
from libs.telemetry.settings import TelemetrySettings
from tools.up.options import UpOptions, children
from tools.up.supervisor import Supervisor


def run(options: UpOptions) -> None:
    """Start, watch and finally stop the services."""
    set_up_logs("up", TelemetrySettings(log_level=options.log_level))
    options.state.mkdir(parents=True, exist_ok=True)
    supervisor = Supervisor(children(options), SystemClock(), get_logger().info)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        supervisor.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    supervisor.run()
