"""Results that a later process need not compute again, and may lose at any time."""

from typing import Protocol


class Records(Protocol):
    """Bytes by name. What was put may be gone later, and is never another's."""

    def get(self, name: str) -> bytes | None:
        """Return the record under `name`; None when there is none, or none any more."""
        ...

    def put(self, name: str, record: bytes) -> None:
        """Keep a record as long as there is room; one that is there already stays as it is.

        Raises `TransientError` when it cannot be written now.
        """
        ...
