"""What an operator may choose about the reconciler; environment `PERIPLUS_RECONCILER_...`."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from libs.adapters.system.environment import number
from libs.telemetry.settings import TelemetrySettings


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconcilerSettings:
    """Where truth is read, and how clusters are reached."""

    PREFIX: ClassVar[str] = "PERIPLUS_RECONCILER_"

    store_url: str
    """SQLAlchemy URL of the Store."""
    kubeconfig: Path
    """File with the contexts that clusters name in `spec.connection.context`."""
    home_context: str = ""
    """Context of the cluster whose Secrets hold the kubeconfigs of others."""
    kubeconfig_exec: bool = False
    """Whether programs that the kubeconfig names (`exec`) may be run for credentials."""
    sealing_keys: Path | None = None
    """File or folder of the private keys that open SealedSecrets."""
    poll_s: float = number(1.0, above=0)
    """Longest time between two looks at the Store when nothing wakes the reconciler."""
    listen_s: float = number(0.25, above=0)
    """Longest time that a change of a target waits for a cluster that is listened to."""
    telemetry: TelemetrySettings = field(default_factory=TelemetrySettings)
