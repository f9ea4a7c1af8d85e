"""The api process: settings become an application, served until SIGTERM."""

from typing import Final

import uvicorn

from libs.adapters.sql.store import open_store
from libs.adapters.system.clock import SystemClock
from libs.adapters.trigger.wakes import Wakes
from libs.kernel.looperrors import StalledError
from libs.ports.steps import Steps
from libs.telemetry.logs import get_logger
from libs.telemetry.setup import set_up
from services.api.app import application
from services.api.settings import ApiSettings

CONNECTIONS_MAX: Final = 256
"""Connections at once; further ones are answered 503."""

SILENCE_S_MAX: Final = 5
"""Longest silence of a connection between two requests."""

STOP_S_MAX: Final = 5
"""Longest time that requests may take to end after a stop."""


def run(settings: ApiSettings, _steps: Steps) -> None:
    """Serve until SIGTERM or SIGINT.

    Raises StalledError when the address or the Store cannot be used, TransientError when the Store
    cannot be reached now.
    """
    telemetry = set_up("api", settings.telemetry)
    wakes = Wakes()
    store = open_store(settings.store_url) if settings.store_url else None
    app = application(settings, wakes.wake, SystemClock(), store)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        limit_concurrency=CONNECTIONS_MAX,
        timeout_keep_alive=SILENCE_S_MAX,
        timeout_graceful_shutdown=STOP_S_MAX,
    )
    server = uvicorn.Server(config)
    wakes.start()
    try:
        get_logger().info("api ready", host=settings.host, port=settings.port)
        server.run()
    except SystemExit as error:
        raise StalledError(
            f"the api cannot listen on `{settings.host}:{settings.port}`; write a free address"
        ) from error
    finally:
        wakes.stop()
        if store is not None:
            store.close()
        telemetry.close()
