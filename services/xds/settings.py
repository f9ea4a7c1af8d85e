"""What an operator may choose about a frontend; environment variables `PERIPLUS_XDS_...`."""

from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from libs.envoy.address import is_loopback
from libs.telemetry.settings import TelemetrySettings


class Plaintext(StrEnum):
    """Where proxies may connect without TLS, and thus be whoever they say."""

    NEVER = "never"
    LOOPBACK = "loopback"
    """at loopback addresses and Unix sockets, as a demonstration on one machine needs it"""
    ANYWHERE = "anywhere"
    """everywhere, where something else keeps strangers away"""


class TlsSettings(BaseModel):
    """Files in PEM, which are looked at again with each connection."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    chain: Path
    """The frontend's certificate with what vouches for it."""
    key: Path
    """Its private key."""
    roots: Path
    """Who vouches for proxies."""
    trust_domain: str = "cluster.local"
    """Of which proxies have to be."""


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
    tls: TlsSettings | None = None
    """Mutual TLS with proxies, which get only what their certificate is for."""
    plaintext: Plaintext = Plaintext.NEVER
    """Where TLS may be missing; without TLS and without this the frontend does not start."""
    telemetry: TelemetrySettings = TelemetrySettings()

    @model_validator(mode="after")
    def _door(self) -> "XdsSettings":
        local = self.listen.startswith("unix:") or is_loopback(self.listen.rpartition(":")[0])
        allowed = self.plaintext is Plaintext.ANYWHERE or (
            self.plaintext is Plaintext.LOOPBACK and local
        )
        if self.tls is None and not allowed:
            raise ValueError(
                f"{self.listen} would speak with proxies in the clear; set"
                " PERIPLUS_XDS_TLS__CHAIN, __KEY and __ROOTS, or PERIPLUS_XDS_PLAINTEXT"
            )
        return self
