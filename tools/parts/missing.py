"""What a test does when a real part is not there: skip loudly, or fail where that is asked for."""

import os


class PartMissingError(Exception):
    """A program is not installed; `reason` is a sentence that says how to get it."""

    def __init__(self, part: str, reason: str) -> None:
        """Name the part and say what to do."""
        super().__init__(f"part missing: {part}: {reason}")
        self.part = part


def must_be_there() -> bool:
    """Tell whether a missing part is a failure: `PERIPLUS_NO_SKIP=1`, which CI sets."""
    return os.environ.get("PERIPLUS_NO_SKIP", "") == "1"
