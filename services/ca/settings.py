"""What an operator may choose about the authority; environment variables `PERIPLUS_CA_...`."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from libs.pki.renewal import LIFE_S_DEFAULT
from libs.telemetry.settings import TelemetrySettings


class ReviewerSettings(BaseModel):
    """An API server that reviews the tokens of one cluster."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cluster: str
    server: str = Field(pattern="^https://")
    """Its address; tokens never travel in the clear."""
    authorities: Path
    """File with the certificates that vouch for it."""
    token_file: Path
    """File with our own token, bound to `system:auth-delegator`."""


class CaSettings(BaseSettings):
    """Where workloads ask, who signs, and how callers are known."""

    model_config = SettingsConfigDict(
        frozen=True, env_prefix="PERIPLUS_CA_", env_nested_delimiter="__"
    )

    listen: str = "127.0.0.1:15012"
    """Address for callers with tokens, as `host:port`; always TLS."""
    listen_mutual: str = ""
    """Address for callers that show their present certificate; empty means none."""
    authorities: Path
    """Folder with a folder for each cluster, which holds the values of its `cacerts` Secret."""
    default_cluster: str = ""
    """Cluster of callers that name none, and whose authority vouches for this server."""
    trust_domain: str = "cluster.local"
    server_names: list[str] = ["localhost", "istiod.istio-system.svc"]
    """DNS names by which callers know this server."""
    server_addresses: list[str] = ["127.0.0.1"]
    """IP addresses by which callers know this server."""
    life_s: float = Field(default=LIFE_S_DEFAULT, gt=0)
    """How long a certificate lives when nobody wishes less."""
    life_s_max: float = Field(default=LIFE_S_DEFAULT, gt=0)
    """Longer wishes are cut; a rotation of the root waits for two of these."""
    reviewers: list[ReviewerSettings] = []
    """API servers that review tokens of service accounts."""
    store_url: str = ""
    """SQLAlchemy URL of the Store with join tokens; empty means that nobody joins by one."""
    signatures_per_minute_max: int = Field(default=600, gt=0)
    """Certificates that one identity gets in a minute; a broken agent must not starve others."""
    drain_s: float = Field(default=2.0, ge=0)
    """How long an ending authority waits for what is being signed."""
    telemetry: TelemetrySettings = TelemetrySettings()

    @model_validator(mode="after")
    def _lives(self) -> "CaSettings":
        if self.life_s > self.life_s_max:
            raise ValueError("life_s is longer than life_s_max; raise the one or lower the other")
        return self
