"""How changes are noticed on both databases: a number that every write transaction counts up."""

from typing import Protocol


class Watch(Protocol):
    """Reads the number of changes, and waits for the next one. Safe to use from many threads."""

    def token(self) -> str:
        """Return the number of changes as text."""
        ...

    def wait(self, token: str, timeout_s: float) -> str:
        """Return the newest token as soon as it differs, or after `timeout_s`."""
        ...

    def close(self) -> None:
        """Give up all connections."""
        ...
