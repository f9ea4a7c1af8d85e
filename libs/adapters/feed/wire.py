"""Feed events as protobuf messages and back."""

from collections.abc import Iterator, Sequence

from protogen.periplus.feed.v1 import feed_pb2

from libs.kernel.ids import (
    ClassKey,
    ProxyId,
    ResourceName,
    RevisionId,
    TraceParent,
    TypeUrl,
    Version,
)
from libs.kernel.proxies import SyncStatus
from libs.kernel.xds import Resource
from libs.ports.feed import (
    Assign,
    FromCompiler,
    FromFrontend,
    Hello,
    ProxyConnected,
    ProxyGone,
    ProxyStatus,
    Reject,
    View,
)

_SYNC_TO_WIRE = {
    SyncStatus.SYNCED: feed_pb2.ProxyStatus.SYNCED,
    SyncStatus.STALE: feed_pb2.ProxyStatus.STALE,
    SyncStatus.REFUSED: feed_pb2.ProxyStatus.REFUSED,
}
_SYNC_FROM_WIRE = {wire: sync for sync, wire in _SYNC_TO_WIRE.items()}


class FeedFormatError(ValueError):
    """The other side sent an event that this version does not understand."""


def batch_to_wire(events: Sequence[FromFrontend]) -> feed_pb2.FromFrontend:
    """Encode events that go as one message."""
    if len(events) == 1:
        return frontend_to_wire(events[0])
    return feed_pb2.FromFrontend(batch=feed_pb2.Batch(events=map(frontend_to_wire, events)))


def batch_from_wire(message: feed_pb2.FromFrontend) -> Iterator[FromFrontend]:
    """Decode what one message holds, in its order. Raises `FeedFormatError`."""
    if message.WhichOneof("event") != "batch":
        yield frontend_from_wire(message)
        return
    for one in message.batch.events:
        yield frontend_from_wire(one)


def frontend_to_wire(event: FromFrontend) -> feed_pb2.FromFrontend:
    """Encode an event of a frontend. Raises `ValueError` for a status that has no wire form."""
    match event:
        case Hello():
            held = [
                feed_pb2.HeldView(class_key=key, snapshot_version=version)
                for key, version in event.held.items()
            ]
            hello = feed_pb2.Hello(frontend_id=event.frontend_id, held=held)
            return feed_pb2.FromFrontend(hello=hello)
        case ProxyConnected():
            connected = feed_pb2.ProxyConnected(proxy_id=event.proxy, node=event.node)
            return feed_pb2.FromFrontend(connected=connected)
        case ProxyGone():
            return feed_pb2.FromFrontend(gone=feed_pb2.ProxyGone(proxy_id=event.proxy))
        case ProxyStatus():
            return feed_pb2.FromFrontend(status=_status_to_wire(event))


def _status_to_wire(event: ProxyStatus) -> feed_pb2.ProxyStatus:
    sync = _SYNC_TO_WIRE.get(event.sync)
    if sync is None:
        raise ValueError(f"status {event.sync} is told by ProxyGone, not by ProxyStatus")
    return feed_pb2.ProxyStatus(
        proxy_id=event.proxy,
        snapshot_version=event.snapshot,
        sync=sync,
        at_s=event.at_s,
        carried=event.carried,
        error=event.error,
        refused=[feed_pb2.ResourceName(type_url=url, name=name) for url, name in event.refused],
    )


def frontend_from_wire(message: feed_pb2.FromFrontend) -> FromFrontend:
    """Decode an event of a frontend. Raises `FeedFormatError`."""
    match message.WhichOneof("event"):
        case "hello":
            held = {ClassKey(h.class_key): Version(h.snapshot_version) for h in message.hello.held}
            return Hello(message.hello.frontend_id, held)
        case "connected":
            return ProxyConnected(ProxyId(message.connected.proxy_id), message.connected.node)
        case "gone":
            return ProxyGone(ProxyId(message.gone.proxy_id))
        case "status":
            return _status_from_wire(message.status)
        case _:
            raise FeedFormatError("a frontend sent an event of a kind that is not known here")


def _status_from_wire(status: feed_pb2.ProxyStatus) -> ProxyStatus:
    sync = _SYNC_FROM_WIRE.get(status.sync)
    if sync is None:
        raise FeedFormatError(f"proxy {status.proxy_id}: status {status.sync} is not known here")
    return ProxyStatus(
        proxy=ProxyId(status.proxy_id),
        snapshot=Version(status.snapshot_version),
        sync=sync,
        at_s=status.at_s,
        carried=status.carried,
        error=status.error,
        refused=tuple((TypeUrl(r.type_url), ResourceName(r.name)) for r in status.refused),
    )


def compiler_to_wire(event: FromCompiler) -> feed_pb2.FromCompiler:
    """Encode an event of the compiler."""
    match event:
        case View():
            return feed_pb2.FromCompiler(view=_view_to_wire(event))
        case Assign():
            assign = feed_pb2.Assign(proxy_id=event.proxy, class_key=event.class_key)
            return feed_pb2.FromCompiler(assign=assign)
        case Reject():
            reject = feed_pb2.Reject(proxy_id=event.proxy, reason=event.reason)
            return feed_pb2.FromCompiler(reject=reject)


def _view_to_wire(view: View) -> feed_pb2.View:
    changed = [
        feed_pb2.ResourceBody(
            type_url=r.type_url, name=r.name, version=r.version, body=r.body, aliases=r.aliases
        )
        for r in view.changed
    ]
    removed = [feed_pb2.ResourceName(type_url=url, name=name) for url, name in view.removed]
    return feed_pb2.View(
        class_key=view.class_key,
        snapshot_version=view.snapshot,
        base_version=view.base or "",
        changed=changed,
        removed=removed,
        revision=view.revision,
        traceparent=view.trace or "",
    )


def compiler_from_wire(message: feed_pb2.FromCompiler) -> FromCompiler:
    """Decode an event of the compiler. Raises `FeedFormatError`."""
    match message.WhichOneof("event"):
        case "view":
            return _view_from_wire(message.view)
        case "assign":
            return Assign(ProxyId(message.assign.proxy_id), ClassKey(message.assign.class_key))
        case "reject":
            return Reject(ProxyId(message.reject.proxy_id), message.reject.reason)
        case _:
            raise FeedFormatError("the compiler sent an event of a kind that is not known here")


def _view_from_wire(view: feed_pb2.View) -> View:
    changed = tuple(
        Resource(
            TypeUrl(r.type_url), ResourceName(r.name), Version(r.version), r.body, tuple(r.aliases)
        )
        for r in view.changed
    )
    removed = tuple((TypeUrl(r.type_url), ResourceName(r.name)) for r in view.removed)
    return View(
        class_key=ClassKey(view.class_key),
        snapshot=Version(view.snapshot_version),
        base=Version(view.base_version) if view.base_version else None,
        changed=changed,
        removed=removed,
        revision=RevisionId(view.revision),
        trace=TraceParent(view.traceparent) if view.traceparent else None,
    )
