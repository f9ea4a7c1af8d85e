"""The three errors that a control loop understands. Each says what the loop must do.

Anything else that is raised is a bug and ends the unit of work that raised it.
"""


class StalledError(Exception):
    """A person has to change something; trying again by itself is useless."""

    def __init__(self, reason: str) -> None:
        """Keep the reason, one sentence for a person."""
        super().__init__(reason)
        self.reason = reason


class WaitingError(Exception):
    """Something expected has not happened yet; look again after `retry_after_s` seconds."""

    def __init__(self, reason: str, retry_after_s: float) -> None:
        """Keep the reason and the delay in seconds."""
        super().__init__(reason)
        self.reason = reason
        self.retry_after_s = retry_after_s


class TransientError(Exception):
    """An operation failed in a way that may pass; try again with back-off."""

    def __init__(self, reason: str) -> None:
        """Keep the reason, one sentence for a person."""
        super().__init__(reason)
        self.reason = reason
