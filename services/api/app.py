"""The application: all addresses of the door."""

from collections.abc import Callable, Iterable

from fastapi import FastAPI

from libs.ports.clock import Clock
from libs.ports.store import Store
from services.api import deliveries, reports, rollouts
from services.api.settings import ApiSettings


def application(
    settings: ApiSettings,
    wake: Callable[[Iterable[str]], None],
    clock: Clock,
    store: Store | None = None,
) -> FastAPI:
    """Put the door together. `wake` gets the triggers that a delivery concerns.

    Without a Store there are no rollouts to look at.
    """
    app = FastAPI(title="Periplus", docs_url=None, redoc_url=None)
    app.include_router(
        deliveries.routes(deliveries.Deliveries(wake, clock), settings.webhooks), tags=["webhooks"]
    )
    app.include_router(reports.routes(settings.pages), tags=["previews"])
    if store is not None:
        app.include_router(rollouts.routes(store, settings.people, clock), tags=["rollouts"])

    @app.get("/livez", include_in_schema=False)
    def alive() -> dict[str, str]:
        """Answer as long as there is somebody to answer."""
        return {"status": "alive"}

    return app
