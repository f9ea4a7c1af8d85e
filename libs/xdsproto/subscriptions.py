"""Which names a client asked for, by the wildcard rules of both variants."""

from collections.abc import Iterable
from dataclasses import dataclass

from libs.kernel.ids import ResourceName, TypeUrl
from libs.kernel.xds import EXTENSION, LB_ENDPOINT, RUNTIME, SECRET, VIRTUAL_HOST
from libs.xdsproto.collections import collection_of, is_collection

WILDCARD = ResourceName("*")

NEVER_WILDCARD: frozenset[TypeUrl] = frozenset(
    {SECRET, VIRTUAL_HOST, EXTENSION, RUNTIME, LB_ENDPOINT}
)
"""Types of which a client gets only what it names. Envoy's first request for virtual hosts names
none; it means those that requests will ask for.
"""


@dataclass(frozen=True, slots=True)
class SubscriptionChange:
    """What one request changed. `added` holds names asked for again as well, where that shows."""

    added: frozenset[ResourceName] = frozenset()
    dropped: frozenset[ResourceName] = frozenset()
    wildcard_added: bool = False
    wildcard_dropped: bool = False


class Subscription:
    """Names and wildcard of one type on one stream. `collections` are those among the names."""

    def __init__(self, type_url: TypeUrl) -> None:
        """Start with no name; the first request decides about the wildcard."""
        self.names: set[ResourceName] = set()
        self.collections: set[ResourceName] = set()
        self.wildcard = False
        self._may_be_wildcard = type_url not in NEVER_WILDCARD
        self._started = False
        self._named_ever = False

    def covers(self, name: ResourceName) -> bool:
        """Say whether the client wants to hold `name`."""
        return (
            self.wildcard
            or name in self.names
            or (bool(self.collections) and collection_of(name) in self.collections)
        )

    def replace(self, names: Iterable[ResourceName]) -> SubscriptionChange:
        """Take the names of a state-of-the-world request, which are all that the client wants.

        No names mean everything as long as none was ever named, nothing afterwards.
        """
        wanted = set(names)
        self._named_ever = self._named_ever or bool(wanted)
        wildcard = self._may_be_wildcard and (WILDCARD in wanted or not self._named_ever)
        wanted.discard(WILDCARD)
        change = SubscriptionChange(
            added=frozenset(wanted - self.names),
            dropped=frozenset(self.names - wanted),
            wildcard_added=wildcard and not self.wildcard,
            wildcard_dropped=self.wildcard and not wildcard,
        )
        self.names, self.wildcard = wanted, wildcard
        return change

    def change(
        self, subscribe: Iterable[ResourceName], unsubscribe: Iterable[ResourceName]
    ) -> SubscriptionChange:
        """Take an incremental request: first what it adds, then what it drops.

        Asking again for what is subscribed counts as added. Dropping what is not subscribed
        counts as nothing. No names in the very first request mean everything.
        """
        added, dropped = set(subscribe), set(unsubscribe)
        if not self._started and not added:
            added.add(WILDCARD)
        self._started = True
        wildcard_added = self._may_be_wildcard and WILDCARD in added
        wildcard_dropped = WILDCARD in dropped and (self.wildcard or wildcard_added)
        self.wildcard = (self.wildcard or wildcard_added) and not wildcard_dropped
        added.discard(WILDCARD)
        self.names |= added
        dropped &= self.names
        self.names -= dropped
        self.collections |= {name for name in added if is_collection(name)}
        self.collections -= dropped
        return SubscriptionChange(
            added=frozenset(added - dropped),
            dropped=frozenset(dropped),
            wildcard_added=wildcard_added and not wildcard_dropped,
            wildcard_dropped=wildcard_dropped,
        )
