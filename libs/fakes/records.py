"""Records in memory, gone with the process."""


class MemoryRecords:
    """`Records` of one process."""

    def __init__(self) -> None:
        """Start with none."""
        self._records: dict[str, bytes] = {}

    def get(self, name: str) -> bytes | None:
        """Return the record under `name`."""
        return self._records.get(name)

    def put(self, name: str, record: bytes) -> None:
        """Keep a record."""
        self._records.setdefault(name, record)
