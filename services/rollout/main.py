"""The rollout process: settings become parts, and the loop runs until SIGTERM."""

import gc
import signal

from libs.adapters.gates.door import Door
from libs.adapters.gates.hook import HttpHooks
from libs.adapters.gates.prometheus import Prometheus
from libs.adapters.sql.store import open_store
from libs.adapters.system.clock import SystemClock
from libs.kernel.looperrors import StalledError
from libs.ports.steps import Steps
from libs.telemetry.logs import get_logger
from libs.telemetry.setup import set_up
from services.rollout.loop import Loop
from services.rollout.onepass import Service
from services.rollout.outside import Outside
from services.rollout.settings import RolloutSettings
from services.rollout.telling import Telling


def run(settings: RolloutSettings, steps: Steps) -> None:
    """Carry out rollouts until SIGTERM or SIGINT.

    Raises:
        StalledError: the Store, or an address of gates, is unusable.
        TransientError: the Store cannot be reached now.
    """
    telemetry = set_up("rollout", settings.telemetry)
    clock, store = SystemClock(), open_store(settings.store_url)
    door = _door(settings)
    outside = Outside(Prometheus(door), HttpHooks(door))
    service = Service(store, clock, steps, (outside,), Telling(store))
    loop = Loop(service.one_pass, store, clock, settings.poll_s)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: loop.stop())
    gc.freeze()
    get_logger().info("rollout ready")
    try:
        loop.run()
    finally:
        door.close()
        store.close()
        telemetry.close()


def _door(settings: RolloutSettings) -> Door:
    try:
        return Door(settings.gate_addresses)
    except ValueError as error:
        raise StalledError(f"gate addresses: {error}") from error
