"""Key sets in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from libs.ports.keysets import KeySetError


@dataclass(slots=True)
class FakeKeySets:
    """Sets by their address; every other address has none. `asked` are all that were fetched."""

    sets: Mapping[str, str]
    asked: list[str] = field(default_factory=list)

    def fetch(self, address: str) -> str:
        """Return a set that is there."""
        self.asked.append(address)
        if address not in self.sets:
            raise KeySetError(f"there are no keys at `{address}`")
        return self.sets[address]
