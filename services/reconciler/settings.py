"""What an operator may choose about the reconciler; environment `PERIPLUS_RECONCILER_...`."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from libs.telemetry.settings import TelemetrySettings


class ReconcilerSettings(BaseSettings):
    """Where truth is read, and how clusters are reached."""

    model_config = SettingsConfigDict(
        frozen=True, env_prefix="PERIPLUS_RECONCILER_", env_nested_delimiter="__"
    )

    store_url: str
    """SQLAlchemy URL of the Store."""
    kubeconfig: Path
    """File with the contexts that clusters name in `spec.connection.context`."""
    poll_s: float = Field(default=1.0, gt=0)
    """Longest time between two looks at the Store when nothing wakes the reconciler."""
    listen_s: float = Field(default=0.25, gt=0)
    """Longest time that a change of a target waits for a cluster that is listened to."""
    telemetry: TelemetrySettings = TelemetrySettings()
