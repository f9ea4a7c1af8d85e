"""What an operator may choose about rollouts; environment `PERIPLUS_ROLLOUT_...`."""

from dataclasses import dataclass, field
from typing import ClassVar

from libs.adapters.system.environment import number
from libs.telemetry.settings import TelemetrySettings


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutSettings:
    """Where truth is read and written, and how often."""

    PREFIX: ClassVar[str] = "PERIPLUS_ROLLOUT_"

    store_url: str
    """SQLAlchemy URL of the Store."""
    poll_s: float = number(1.0, least=0.05, most=60)
    """Longest time between two looks; soak and gates are no more exact than that."""
    gate_addresses: tuple[str, ...] = ()
    """Addresses that gates may ask, as JSON: `["http://prometheus:9090"]`; no other is asked."""
    telemetry: TelemetrySettings = field(default_factory=TelemetrySettings)
