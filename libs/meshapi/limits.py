"""How large a file may be before it is refused unread."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one file. `nodes_max` counts every use of an alias as all that it stands for."""

    file_bytes_max: int = 1_048_576
    documents_max: int = 5_000
    nodes_max: int = 200_000
    depth_max: int = 64
    messages_max: int = 200


DEFAULT_LIMITS = Limits()
