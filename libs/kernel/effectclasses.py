"""What a change does to calls, as a closed set. Policies name these classes."""

from enum import StrEnum


class EffectClass(StrEnum):
    """One class of effect, the gravest first."""

    SECURITY = "security"
    CLOSED = "closed"
    OPENED = "opened"
    MOVED = "moved"
    WEIGHTS = "weights"
    RESILIENCE_ONLY = "resilience only"
    NO_EFFECT = "no effect"
