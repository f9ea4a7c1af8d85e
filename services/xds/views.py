"""The views that a frontend holds, by class, and which proxy is in which class.

A view is applied whole or not at all. Views that no connected proxy uses are kept for a while: the
compiler may go on changing them, and a proxy that comes back costs no full view.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from weakref import WeakValueDictionary

from libs.adapters.feed.client import ViewMismatchError
from libs.kernel.ids import ClassKey, ProxyId, ResourceName, TraceParent, TypeUrl, Version
from libs.kernel.xds import Resource
from libs.ports.feed import View
from libs.xdsproto.published import Published, full, successor
from libs.xdsproto.wire import Encoded, encode

UNUSED_VIEWS_MAX = 64


@dataclass(frozen=True, slots=True)
class HeldView:
    """A snapshot ready to serve; `received_at_s` in seconds since the epoch."""

    published: Published
    trace: TraceParent | None
    received_at_s: float


class Interned:
    """Shares equal resources between the views of different classes."""

    def __init__(self) -> None:
        """Start empty; what no view uses any more disappears by itself."""
        self._known: WeakValueDictionary[tuple[TypeUrl, ResourceName, Version], Encoded]
        self._known = WeakValueDictionary()

    def __call__(self, resource: Resource) -> Encoded:
        """Return the one encoded object of this resource. Its version stands for its body."""
        key = (resource.type_url, resource.name, resource.version)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = encode(resource)
        return known


class Views:
    """Mutable: views by class, class by proxy."""

    def __init__(self, *, unused_max: int = UNUSED_VIEWS_MAX) -> None:
        """Start empty."""
        self._views: dict[ClassKey, HeldView] = {}
        self._classes: dict[ProxyId, ClassKey] = {}
        self._members: dict[ClassKey, set[ProxyId]] = {}
        self._unused: dict[ClassKey, None] = {}
        self._unused_max = unused_max
        self._using = Interned()

    def held(self) -> Mapping[ClassKey, Version]:
        """Snapshot version of every view, for the compiler."""
        return {key: view.published.version for key, view in self._views.items()}

    def of(self, proxy: ProxyId) -> HeldView | None:
        """The view of a proxy; None as long as it has no class or the class no view."""
        key = self._classes.get(proxy)
        return None if key is None else self._views.get(key)

    def class_of(self, proxy: ProxyId) -> ClassKey | None:
        """The class of a proxy, if it has one."""
        return self._classes.get(proxy)

    def members(self, class_key: ClassKey) -> Iterable[ProxyId]:
        """Proxies of a class, in no order."""
        return tuple(self._members.get(class_key, ()))

    def apply(self, view: View, at_s: float) -> HeldView:
        """Replace or change the view of a class.

        Raises `ViewMismatchError` when the view changes a snapshot that is not the held one. The
        held one is forgotten then, so that the next Hello asks for the full view.
        """
        before = self._views.get(view.class_key)
        if view.base is not None and (before is None or before.published.version != view.base):
            self._views.pop(view.class_key, None)
            self._unused.pop(view.class_key, None)
            raise ViewMismatchError(
                f"view {view.snapshot} of class {view.class_key} changes {view.base}, "
                f"but {before.published.version if before else 'nothing'} is held"
            )
        held = HeldView(self._published(view, before), view.trace, at_s)
        self._views[view.class_key] = held
        self._note_use(view.class_key)
        return held

    def assign(self, proxy: ProxyId, class_key: ClassKey) -> HeldView:
        """Put a proxy into a class. Raises `ViewMismatchError` when its view is not held."""
        view = self._views.get(class_key)
        if view is None:
            raise ViewMismatchError(f"proxy {proxy} is in class {class_key}, which is not held")
        self.leave(proxy)
        self._classes[proxy] = class_key
        self._members.setdefault(class_key, set()).add(proxy)
        self._note_use(class_key)
        return view

    def leave(self, proxy: ProxyId) -> None:
        """Forget the class of a proxy; the view stays for a while."""
        class_key = self._classes.pop(proxy, None)
        if class_key is None:
            return
        members = self._members[class_key]
        members.discard(proxy)
        if not members:
            del self._members[class_key]
        self._note_use(class_key)

    def _published(self, view: View, before: HeldView | None) -> Published:
        if view.base is None or before is None:
            return full(view.snapshot, view.changed, using=self._using)
        if view.snapshot == view.base:
            return before.published
        return successor(
            before.published, view.snapshot, view.changed, view.removed, using=self._using
        )

    def _note_use(self, class_key: ClassKey) -> None:
        """Keep unused views in the order in which they fell out of use; drop the oldest."""
        self._unused.pop(class_key, None)
        if class_key not in self._members and class_key in self._views:
            self._unused[class_key] = None
        while len(self._unused) > self._unused_max:
            oldest = next(iter(self._unused))
            del self._unused[oldest]
            del self._views[oldest]
