"""Names of collections: one name to ask by for all resources in one place.

A collection is asked for as `xdstp://AUTHORITY/TYPE/PLACE/*`; its members have a last part of their
own instead of the star.
"""

from collections.abc import Iterable, Mapping

from libs.kernel.ids import ResourceName

_SCHEME, _ALL = "xdstp://", "/*"


def is_collection(name: ResourceName) -> bool:
    """Say whether a name is that of a collection."""
    return name.startswith(_SCHEME) and name.endswith(_ALL)


def collection_of(name: ResourceName) -> ResourceName | None:
    """Return the collection that a resource is in; None for names of another kind."""
    return ResourceName(name.rpartition("/")[0] + _ALL) if name.startswith(_SCHEME) else None


def by_collection(names: Iterable[ResourceName]) -> Mapping[ResourceName, frozenset[ResourceName]]:
    """Group names by their collections; those that are in none are left out."""
    found: dict[ResourceName, set[ResourceName]] = {}
    for name in names:
        collection = collection_of(name)
        if collection is not None:
            found.setdefault(collection, set()).add(name)
    return {collection: frozenset(members) for collection, members in found.items()}
