"""What an operator may choose about the authority; environment variables `PERIPLUS_CA_...`."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from libs.adapters.system.environment import number
from libs.pki.renewal import LIFE_S_DEFAULT
from libs.telemetry.settings import TelemetrySettings


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewerSettings:
    """An API server that reviews the tokens of one cluster."""

    cluster: str
    server: str
    """Its address; tokens never travel in the clear."""
    authorities: Path
    """File with the certificates that vouch for it."""
    token_file: Path
    """File with our own token, bound to `system:auth-delegator`."""

    def __post_init__(self) -> None:
        """Tokens are not for everybody on the way."""
        if not self.server.startswith("https://"):
            raise ValueError("server has to be an https:// address")


@dataclass(frozen=True, slots=True, kw_only=True)
class CaSettings:
    """Where workloads ask, who signs, and how callers are known."""

    PREFIX: ClassVar[str] = "PERIPLUS_CA_"

    listen: str = "127.0.0.1:15012"
    """Address for callers with tokens, as `host:port`; always TLS."""
    listen_mutual: str = ""
    """Address for callers that show their present certificate; empty means none."""
    authorities: Path
    """Folder with a folder for each cluster, which holds the values of its `cacerts` Secret."""
    default_cluster: str = ""
    """Cluster of callers that name none, and whose authority vouches for this server."""
    trust_domain: str = "cluster.local"
    server_names: tuple[str, ...] = ("localhost", "istiod.istio-system.svc")
    """DNS names by which callers know this server."""
    server_addresses: tuple[str, ...] = ("127.0.0.1",)
    """IP addresses by which callers know this server."""
    life_s: float = number(LIFE_S_DEFAULT, above=0)
    """How long a certificate lives when nobody wishes less."""
    life_s_max: float = number(LIFE_S_DEFAULT, above=0)
    """Longer wishes are cut; a rotation of the root waits for two of these."""
    reviewers: tuple[ReviewerSettings, ...] = ()
    """API servers that review tokens of service accounts."""
    store_url: str = ""
    """SQLAlchemy URL of the Store with join tokens; empty means that nobody joins by one."""
    signatures_per_minute_max: int = number(600, above=0)
    """Certificates that one identity gets in a minute; a broken agent must not starve others."""
    drain_s: float = number(2.0, least=0)
    """How long an ending authority waits for what is being signed."""
    telemetry: TelemetrySettings = field(default_factory=TelemetrySettings)

    def __post_init__(self) -> None:
        """A usual life is one that is granted."""
        if self.life_s > self.life_s_max:
            raise ValueError("life_s is longer than life_s_max; raise the one or lower the other")
