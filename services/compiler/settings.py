"""What an operator may choose about the compiler; environment variables `PERIPLUS_COMPILER_...`."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from libs.telemetry.settings import TelemetrySettings


class CompilerSettings(BaseSettings):
    """Where truth is read and where frontends connect."""

    model_config = SettingsConfigDict(
        frozen=True, env_prefix="PERIPLUS_COMPILER_", env_nested_delimiter="__"
    )

    store_url: str
    """SQLAlchemy URL of the Store."""
    feed: str = "127.0.0.1:15011"
    """gRPC address to listen on for frontends: `host:port` or `unix:/path`."""
    poll_s: float = Field(default=1.0, gt=0)
    """Longest time between two looks at the Store when nothing wakes the compiler."""
    secrets_folder: Path | None = None
    """Folder of Secrets outside of every repository: `*.yaml` for all clusters and
    `<cluster>/*.yaml` for one. It is looked at every `poll_s`."""
    sealing_keys: Path | None = None
    """File or folder of the private keys that open SealedSecrets."""
    telemetry: TelemetrySettings = TelemetrySettings()
