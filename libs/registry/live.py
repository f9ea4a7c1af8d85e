"""What a running cluster says of its services: watch events in, objects of the registry out.

A cluster that cannot be seen keeps what was last known of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from libs.kernel.origins import ObjectKey
from libs.meshapi.endpoints import Endpoints
from libs.meshapi.meshobject import MeshObject
from libs.ports.kubecluster import (
    Blind,
    Changed,
    Gone,
    Listed,
    LiveObject,
    Selection,
    Unserved,
    WatchEvent,
)
from libs.registry.facts import (
    ENDPOINTS,
    NAMESPACES,
    NODES,
    PODS,
    SERVICES,
    SLICES,
    fact_of,
    slice_of,
)

WATCHED = (SERVICES, SLICES, ENDPOINTS, PODS, NODES, NAMESPACES)
"""What is followed in every cluster. Endpoints count only where slices are not served."""


@dataclass(slots=True)
class ClusterFacts:
    """Facts of one cluster, folded from its watch."""

    known: dict[Selection, dict[ObjectKey, MeshObject]] = field(default_factory=dict)
    blind: dict[Selection, str] = field(default_factory=dict)
    unserved: set[Selection] = field(default_factory=set)

    @property
    def is_complete(self) -> bool:
        """Whether every kind was seen once, so that what is missing is absent."""
        return all(one in self.known or one in self.unserved for one in WATCHED)

    def take(self, events: Iterable[WatchEvent]) -> bool:
        """Take what a watch told; say whether a fact changed."""
        return sum(self._taken(one) for one in events) > 0

    def objects(self) -> tuple[MeshObject, ...]:
        """Return all facts, by kind and key."""
        old = SLICES in self.unserved
        left_out = SLICES if old else ENDPOINTS
        found = (
            one
            for kind, all_of in self.known.items()
            if kind != left_out
            for one in all_of.values()
        )
        facts = (slice_of(one) if isinstance(one, Endpoints) else one for one in found)
        return tuple(sorted(facts, key=lambda one: one.key))

    def _taken(self, event: WatchEvent) -> bool:
        selection = event.selection
        match event:
            case Listed():
                self.blind.pop(selection, None)
                self.unserved.discard(selection)
                found = (fact_of(selection, one) for one in event.objects)
                return self._replaced(selection, {one.key: one for one in found if one is not None})
            case Changed():
                return self._put(selection, event.live)
            case Gone():
                return self.known.get(selection, {}).pop(event.key, None) is not None
            case Blind():
                self.blind[selection] = event.reason
                return False
            case Unserved():
                is_new = selection not in self.unserved
                self.unserved.add(selection)
                self.known.pop(selection, None)
                return is_new

    def _replaced(self, selection: Selection, now: dict[ObjectKey, MeshObject]) -> bool:
        """Keep the objects that are as they were, so that nothing is made again for them."""
        before = self.known.get(selection)
        kept = before or {}
        self.known[selection] = {
            key: kept[key] if kept.get(key) == one else one for key, one in now.items()
        }
        return before is None or before != now

    def _put(self, selection: Selection, live: LiveObject) -> bool:
        members = self.known.setdefault(selection, {})
        fact = fact_of(selection, live)
        if fact is None:
            return members.pop(live.key, None) is not None
        if members.get(fact.key) == fact:
            return False
        members[fact.key] = fact
        return True
