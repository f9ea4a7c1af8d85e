"""What an operator may choose about the compiler; environment variables `PERIPLUS_COMPILER_...`."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from libs.adapters.system.environment import number
from libs.telemetry.settings import TelemetrySettings


@dataclass(frozen=True, slots=True, kw_only=True)
class CompilerSettings:
    """Where truth is read and where frontends connect."""

    PREFIX: ClassVar[str] = "PERIPLUS_COMPILER_"

    store_url: str
    """SQLAlchemy URL of the Store."""
    feed: str = "127.0.0.1:15011"
    """gRPC address to listen on for frontends: `host:port` or `unix:/path`."""
    poll_s: float = number(1.0, above=0)
    """Longest time between two looks at the Store when nothing wakes the compiler."""
    secrets_folder: Path | None = None
    """Folder of Secrets outside of every repository: `*.yaml` for all clusters and
    `<cluster>/*.yaml` for one. It is looked at every `poll_s`."""
    sealing_keys: Path | None = None
    """File or folder of the private keys that open SealedSecrets."""
    key_networks: tuple[str, ...] = ()
    """Networks that are not public and from which keys of tokens (`jwksUri`) may be fetched."""
    kubeconfig: Path | None = None
    """File with the contexts that clusters name in `spec.connection.context`. Without it a cluster
    has the services of the repositories alone."""
    home_context: str = ""
    """Context of the cluster whose Secrets hold the kubeconfigs of others."""
    kubeconfig_exec: bool = False
    """Whether programs that the kubeconfig names (`exec`) may be run for credentials."""
    telemetry: TelemetrySettings = field(default_factory=TelemetrySettings)
