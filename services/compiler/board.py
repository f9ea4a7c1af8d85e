"""What the compiler knows of frontends, proxies and views, and what follows from each event.

Pure: events in, an `Outcome` out; nothing is sent or stored here. A view that cannot be compiled
leaves the last good one standing, and the outcome says why.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from libs.compile.memo import Memo
from libs.compile.proxy import Proxy
from libs.compile.sharing import Shared
from libs.compile.world import World
from libs.kernel.ids import ClassKey, ClusterName, ProxyId, ResourceName, TypeUrl, Version
from libs.kernel.proxies import ProxyRecord, Refused, SyncStatus
from libs.kernel.revisions import Revision
from libs.kernel.xds import Snapshot
from libs.ports.feed import (
    Assign,
    FromCompiler,
    Hello,
    ProxyConnected,
    ProxyGone,
    ProxyStatus,
    Reject,
    View,
)
from services.compiler.changes import changes

BLAMED_MAX = 100
_Blamed = tuple[ClassKey, Version, tuple[tuple[TypeUrl, ResourceName], ...], str]


@dataclass(frozen=True, slots=True)
class Send:
    """One message for one frontend's stream."""

    stream: int
    message: FromCompiler


@dataclass(frozen=True, slots=True)
class Fault:
    """A class of proxies whose view could not be compiled, and why."""

    class_key: ClassKey
    cluster: ClusterName
    reason: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What follows from one event: messages in order, records to store, faults to log."""

    sends: tuple[Send, ...] = ()
    records: tuple[ProxyRecord, ...] = ()
    faults: tuple[Fault, ...] = ()

    def __add__(self, other: "Outcome") -> "Outcome":
        """Join two outcomes in order."""
        return Outcome(
            self.sends + other.sends, self.records + other.records, self.faults + other.faults
        )


@dataclass(frozen=True, slots=True)
class ClusterWorld:
    """What one cluster should be: its target revision, read into a world.

    `shared` is what the views that are made of it have in common.
    """

    cluster: ClusterName
    revision: Revision
    world: World
    shared: Shared = field(default_factory=Shared, compare=False)


@dataclass(frozen=True, slots=True)
class ClassView:
    """The compiled view of one proxy class.

    `revisions` says for the current and the former snapshot which revision they last stood for, so
    that a late acknowledgement is credited rightly.
    """

    cluster: ClusterName
    snapshot: Snapshot
    revision: Revision
    revisions: Mapping[Version, Revision]


@dataclass(slots=True)
class Attached:
    """A connected proxy. `class_key` is None until its cluster has a world."""

    proxy: Proxy
    stream: int
    class_key: ClassKey | None = None
    record: ProxyRecord | None = None


@dataclass(frozen=True, slots=True)
class Compiling:
    """The pure functions that the board calls: they decide what a proxy is and what it gets.

    `snapshot` raises ValueError with a sentence when no consistent view can be made. Its memo is
    that of the proxy's class, empty at first; what is shared is that of the world. `blame` finds
    the objects behind what a proxy refused of the view that was made last with this memo.
    """

    proxy: Callable[[bytes], Proxy]
    class_key: Callable[[Proxy, World], ClassKey]
    snapshot: Callable[[World, Proxy, Memo, Shared], Snapshot]
    blame: Callable[["ClusterWorld", Proxy, Memo, ProxyStatus], tuple[Refused, ...]]


@dataclass(slots=True)
class Board:
    """Frontends with the versions they hold, proxies, worlds by cluster, views by class."""

    compiling: Compiling
    worlds: dict[ClusterName, ClusterWorld] = field(default_factory=dict)
    views: dict[ClassKey, ClassView] = field(default_factory=dict)
    memos: dict[ClassKey, Memo] = field(default_factory=dict)
    proxies: dict[ProxyId, Attached] = field(default_factory=dict)
    held: dict[int, dict[ClassKey, Version]] = field(default_factory=dict)
    blamed: dict[_Blamed, tuple[Refused, ...]] = field(default_factory=dict)

    def hello(self, stream: int, event: Hello) -> Outcome:
        """A frontend opened its stream; what it says it holds is the base of later differences."""
        self.held[stream] = dict(event.held)
        return Outcome()

    def closed(self, stream: int) -> Outcome:
        """A frontend's stream ended. Its proxies keep what they have; they are not gone."""
        self.held.pop(stream, None)
        for proxy in [key for key, at in self.proxies.items() if at.stream == stream]:
            del self.proxies[proxy]
        self._forget_unused()
        return Outcome()

    def connected(self, stream: int, event: ProxyConnected) -> Outcome:
        """A proxy is there: give it its view, or hold it until its cluster has a target."""
        try:
            proxy = self.compiling.proxy(event.node)
        except ValueError as error:
            return Outcome(sends=(Send(stream, Reject(event.proxy, str(error))),))
        known = self.proxies.get(event.proxy)
        record = known.record if known else None
        self.proxies[event.proxy] = Attached(proxy, stream, record=record)
        return self._settle(event.proxy)

    def gone(self, stream: int, event: ProxyGone) -> Outcome:
        """A proxy closed its last stream at this frontend."""
        attached = self.proxies.get(event.proxy)
        if attached is None or attached.stream != stream:
            return Outcome()
        del self.proxies[event.proxy]
        self._forget_unused()
        if attached.record is None:
            return Outcome()
        return Outcome(records=(replace(attached.record, status=SyncStatus.GONE),))

    def status(self, event: ProxyStatus) -> Outcome:
        """A proxy stands somewhere to a snapshot: credit the revision it stood for."""
        attached = self.proxies.get(event.proxy)
        view = self.views.get(attached.class_key) if attached and attached.class_key else None
        if attached is None or view is None:
            return Outcome()
        attached.record = _record(event, view, attached.record, self._refused(attached, event))
        return Outcome(records=(attached.record,))

    def moved(self, world: ClusterWorld, at_s: float) -> Iterator[Outcome]:
        """A cluster's target moved: compile its classes again and send what changed.

        Yields an outcome for each class as soon as it is compiled, so that the first proxies
        apply their view while the next is made. Proxies whose view stays equal and acknowledged
        are live on the new revision at once.
        """
        self.worlds[world.cluster] = world
        for class_key in [key for key, view in self.views.items() if view.cluster == world.cluster]:
            yield self._recompile(class_key, world)
        for proxy_id, attached in self.proxies.items():
            if attached.proxy.cluster == world.cluster:
                yield self._settle(proxy_id)
                yield self._advance(attached, at_s)
        self._forget_unused()

    def removed(self, cluster: ClusterName) -> Outcome:
        """A cluster has no target any more: its proxies keep what they have."""
        self.worlds.pop(cluster, None)
        return Outcome()

    def _settle(self, proxy_id: ProxyId) -> Outcome:
        """Put a proxy into its class and make sure that its frontend has the view."""
        attached = self.proxies[proxy_id]
        world = self.worlds.get(attached.proxy.cluster)
        if world is None:
            return Outcome()
        class_key = self.compiling.class_key(attached.proxy, world.world)
        if class_key == attached.class_key:
            return Outcome()
        outcome = Outcome()
        if class_key not in self.views:
            outcome = self._compile(class_key, attached.proxy, world)
            if class_key not in self.views:
                return outcome
        attached.class_key = class_key
        assign = Outcome(sends=(Send(attached.stream, Assign(proxy_id, class_key)),))
        return outcome + self._deliver(attached.stream, class_key, None) + assign

    def _compile(self, class_key: ClassKey, proxy: Proxy, world: ClusterWorld) -> Outcome:
        """Make the view of a class; on a fault the former one, if any, stays."""
        try:
            memo = self.memos.setdefault(class_key, Memo())
            snapshot = self.compiling.snapshot(world.world, proxy, memo, world.shared)
        except ValueError as error:
            return Outcome(faults=(Fault(class_key, world.cluster, str(error)),))
        former = self.views.get(class_key)
        revisions = {former.snapshot.version: former.revision} if former else {}
        revisions[snapshot.version] = world.revision
        self.views[class_key] = ClassView(world.cluster, snapshot, world.revision, revisions)
        return Outcome()

    def _recompile(self, class_key: ClassKey, world: ClusterWorld) -> Outcome:
        """Compile a class again for a moved target and send the difference to who holds it."""
        member = next((at for at in self.proxies.values() if at.class_key == class_key), None)
        if member is None or self.compiling.class_key(member.proxy, world.world) != class_key:
            return Outcome()
        former = self.views[class_key].snapshot
        outcome = self._compile(class_key, member.proxy, world)
        if outcome.faults:
            return outcome
        for stream, held in self.held.items():
            if class_key in held:
                outcome += self._deliver(stream, class_key, former)
        return outcome

    def _deliver(self, stream: int, class_key: ClassKey, former: Snapshot | None) -> Outcome:
        """Send a view: as changes when the stream holds `former` or already the same, else full."""
        view, held = self.views[class_key], self.held.setdefault(stream, {})
        version = held.get(class_key)
        base = next(
            (s for s in (view.snapshot, former) if s is not None and s.version == version), None
        )
        difference = changes(base, view.snapshot)
        held[class_key] = view.snapshot.version
        message = View(
            class_key,
            view.snapshot.version,
            base.version if base else None,
            difference.changed,
            difference.removed,
            view.revision.id,
            view.revision.trace,
        )
        return Outcome(sends=(Send(stream, message),))

    def _advance(self, attached: Attached, at_s: float) -> Outcome:
        """Credit a newer revision to a proxy that already acknowledged an equal snapshot."""
        record, view = attached.record, self.views.get(attached.class_key or ClassKey(""))
        if record is None or view is None or record.status is not SyncStatus.SYNCED:
            return Outcome()
        unchanged = record.snapshot == view.snapshot.version
        if not unchanged or record.live_revision == view.revision.id:
            return Outcome()
        attached.record = replace(
            record,
            live_revision=view.revision.id,
            live_at_s=at_s,
            carried=False,
            about=view.revision.id,
        )
        return Outcome(records=(attached.record,))

    def _refused(self, attached: Attached, event: ProxyStatus) -> tuple[Refused, ...]:
        """Find the objects behind a NACK; proxies of one class that refuse alike are one case."""
        if not event.refused or attached.class_key is None:
            return ()
        key = (attached.class_key, event.snapshot, event.refused, event.error)
        known = self.blamed.get(key)
        if known is None:
            while len(self.blamed) >= BLAMED_MAX:
                del self.blamed[next(iter(self.blamed))]
            known = self.blamed[key] = self._blame(attached, event)
        return known

    def _blame(self, attached: Attached, event: ProxyStatus) -> tuple[Refused, ...]:
        """Ask for the objects, as long as the view is still that of its world."""
        class_key = attached.class_key or ClassKey("")
        world, view = self.worlds.get(attached.proxy.cluster), self.views.get(class_key)
        same = world and view and view.revision.id == world.revision.id
        if world is None or view is None or not same or view.snapshot.version != event.snapshot:
            return tuple(Refused(*key) for key in event.refused)
        memo = self.memos.setdefault(class_key, Memo())
        return self.compiling.blame(world, attached.proxy, memo, event)

    def _forget_unused(self) -> None:
        """Drop views that no connected proxy uses."""
        used = {attached.class_key for attached in self.proxies.values()}
        for class_key in [key for key in self.views if key not in used]:
            del self.views[class_key]
            for held in self.held.values():
                held.pop(class_key, None)
        for class_key in self.memos.keys() - self.views.keys():
            del self.memos[class_key]


def _record(
    event: ProxyStatus,
    view: ClassView,
    former: ProxyRecord | None,
    refused: tuple[Refused, ...] = (),
) -> ProxyRecord:
    """Translate a status; a proxy that is not synced keeps the revision it was last live on."""
    revision = view.revisions.get(event.snapshot)
    versions = former.versions if former else ()
    if event.sync is SyncStatus.SYNCED and revision is not None:
        same = former is not None and former.live_revision == revision.id
        at_s = former.live_at_s if former and same else event.at_s
        carried = former.carried if former and same else event.carried
        if event.snapshot == view.snapshot.version:
            versions = view.snapshot.types
        return ProxyRecord(
            event.proxy,
            view.cluster,
            event.sync,
            event.snapshot,
            revision.id,
            at_s,
            carried,
            about=revision.id,
            versions=versions,
        )
    return ProxyRecord(
        event.proxy,
        view.cluster,
        event.sync,
        event.snapshot,
        former.live_revision if former else None,
        former.live_at_s if former else None,
        carried=event.carried,
        error=event.error or None,
        about=revision.id if revision else None,
        versions=versions,
        refused=refused,
    )
