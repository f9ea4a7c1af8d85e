"""What an operator may choose about a frontend; environment variables `PERIPLUS_XDS_...`."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from libs.telemetry.settings import TelemetrySettings


class XdsSettings(BaseSettings):
    """Where proxies connect, and where the compiler is."""

    model_config = SettingsConfigDict(
        frozen=True, env_prefix="PERIPLUS_XDS_", env_nested_delimiter="__"
    )

    listen: str = "127.0.0.1:15010"
    """gRPC address for proxies: `host:port` or `unix:/path`."""
    feed: str = "127.0.0.1:15011"
    """gRPC address of the compiler's feed: `host:port` or `unix:/path`."""
    frontend_id: str = ""
    """Name of this frontend in the compiler's log; empty means a random one."""
    streams_max: int = Field(default=5_000, gt=0)
    """More streams than these are refused, so that a balancer finds another frontend."""
    drain_s: float = Field(default=2.0, ge=0)
    """How long an ending frontend waits for its streams to end."""
    telemetry: TelemetrySettings = TelemetrySettings()
