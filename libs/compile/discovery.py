"""Namespaces that a mesh does not look at: `discoverySelectors` leave out all that is in them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain

from libs.kernel.origins import ObjectKey, Origin
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.selectors import LabelSelector
from libs.registry.namespaces import NamespaceLabels, changed_labels, labels_of

Placed = tuple[MeshObject, Origin]
Selectors = tuple[LabelSelector, ...]
"""A namespace counts that one of them takes; without any every one does."""


@dataclass(frozen=True, slots=True)
class Undiscovered:
    """Objects that are left out, and what is known of namespaces."""

    objects: Mapping[ObjectKey, Placed] = field(default_factory=dict)
    namespaces: NamespaceLabels = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Discovered:
    """A change as it is seen: what went, what came, and what is left out from now on."""

    removed: tuple[ObjectKey, ...]
    added: tuple[Placed, ...]
    rest: Undiscovered


def discovered(
    selectors: Selectors,
    former: Undiscovered,
    seen: Mapping[ObjectKey, Placed],
    removed: Iterable[ObjectKey],
    added: Iterable[Placed],
) -> Discovered:
    """Return what is seen of a change. `seen` are the objects that counted before it."""
    lost, placed = tuple(removed), tuple(added)
    if not selectors:
        return Discovered(lost, placed, former)
    gone = [seen[key][0] for key in lost if key in seen]
    labels = changed_labels(former.namespaces, gone, (one for one, _ in placed))
    flipped = _flipped(selectors, former.namespaces, labels)
    moved = [
        one
        for one in chain(seen.values(), former.objects.values())
        if one[0].namespace in flipped and one[0].key not in lost
    ]
    changed = {one[0].key: one for one in (*moved, *placed)}
    hidden = {
        key: one for key, one in changed.items() if not _counts(selectors, one[0].namespace, labels)
    }
    kept = {key: one for key, one in former.objects.items() if key not in {*lost, *changed}}
    return Discovered(
        (*lost, *hidden),
        tuple(one for key, one in changed.items() if key not in hidden),
        Undiscovered({**kept, **hidden}, labels),
    )


def _flipped(selectors: Selectors, before: NamespaceLabels, after: NamespaceLabels) -> set[str]:
    """Return the namespaces that begin or cease to count."""
    return {
        name
        for name in {*before, *after}
        if _counts(selectors, name, before) != _counts(selectors, name, after)
    }


def _counts(selectors: Selectors, namespace: str, labels: NamespaceLabels) -> bool:
    """What is in no namespace always counts."""
    if not namespace:
        return True
    found = labels_of(namespace, labels)
    return any(one.matches(found) for one in selectors)
