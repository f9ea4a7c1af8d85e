"""The difference of two snapshots, as the feed carries it."""

from collections.abc import Iterator
from dataclasses import dataclass

from libs.kernel.ids import ResourceName, TypeUrl
from libs.kernel.xds import PUSH_ORDER, Resource, Snapshot


@dataclass(frozen=True, slots=True)
class Changes:
    """What turns one snapshot into another, in push order and then by name."""

    changed: tuple[Resource, ...]
    removed: tuple[tuple[TypeUrl, ResourceName], ...]


def changes(base: Snapshot | None, new: Snapshot) -> Changes:
    """Compare by version; without a base everything in `new` has changed."""
    return Changes(tuple(_changed(base, new)), tuple(_removed(base, new)))


def _changed(base: Snapshot | None, new: Snapshot) -> Iterator[Resource]:
    for type_url in PUSH_ORDER:
        before = base.of(type_url) if base else {}
        for name, resource in sorted(new.of(type_url).items()):
            held = before.get(name)
            if held is None or held.version != resource.version:
                yield resource


def _removed(base: Snapshot | None, new: Snapshot) -> Iterator[tuple[TypeUrl, ResourceName]]:
    if base is None:
        return
    for type_url in PUSH_ORDER:
        for name in sorted(base.of(type_url).keys() - new.of(type_url).keys()):
            yield type_url, name
