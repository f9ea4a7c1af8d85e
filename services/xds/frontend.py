"""Joins the feed with the streams: views in, statuses out. Lives in one asyncio loop."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from protogen.envoy.config.core.v3 import base_pb2

from libs.adapters.xdsgrpc.stream import AdsStream
from libs.kernel.ids import ProxyId, ResourceName
from libs.kernel.proxies import SyncStatus
from libs.kernel.xds import VIRTUAL_HOST
from libs.ports.clock import Clock
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
from libs.ports.steps import Steps
from libs.telemetry.logs import get_logger
from libs.xdsproto.commands import Record, Respond
from services.xds import steps as names
from services.xds.admission import Admission, NotAdmittedError
from services.xds.spans import PushSpans
from services.xds.views import HeldView, Views
from services.xds.workingsets import HOSTS_MAX, WorkingSets

ON_DEMAND_KEY, HOSTS_KEY = "ON_DEMAND", "ON_DEMAND_HOSTS"
"""Metadata of a node: whether it wants hosts on demand, and a list of those to start with."""

ERROR_CHARS_MAX = 1024
"""NACK texts may quote whole resources; only their beginning leaves this process."""


@dataclass(slots=True)
class _Connected:
    """An open stream with its node as the compiler gets it."""

    stream: AdsStream
    node: bytes
    spans: PushSpans
    hinted: tuple[ResourceName, ...] = ()
    record: Record | None = None


class Frontend:
    """What is connected, and what it should hold.

    A proxy may have two streams for a moment, when it came back before its old connection was
    found dead. Both are served; the newest one speaks for the proxy. Streams of one type each speak
    for it together.
    """

    def __init__(
        self,
        frontend_id: str,
        clock: Clock,
        steps: Steps,
        send: Callable[[FromFrontend], None],
        admission: Admission | None = None,
    ) -> None:
        """Take what the outside needs; `send` hands an event to the feed.

        Without an admission everybody who connects is who he says he is.
        """
        self._admission = admission
        self._id = frontend_id
        self._clock = clock
        self._steps = steps
        self._send = send
        self._log = get_logger()
        self._views = Views()
        self._learned = WorkingSets()
        self._streams: dict[ProxyId, list[_Connected]] = {}
        self._statuses: dict[ProxyId, ProxyStatus] = {}

    # what the feed tells

    def hello(self) -> Hello:
        """Say which views are held, so that only differences have to come."""
        return Hello(self._id, self._views.held())

    def greeting(self) -> Iterable[FromFrontend]:
        """Tell of all proxies again, and how each stands."""
        for proxy, streams in self._streams.items():
            yield ProxyConnected(proxy, streams[-1].node)
        yield from self._statuses.values()

    def on_event(self, event: FromCompiler) -> None:
        """Take an event of the compiler."""
        match event:
            case View():
                self._view(event)
            case Assign() if event.proxy not in self._streams:
                self._log.info("assigned proxy has left", proxy=event.proxy)
            case Assign():
                held = self._views.assign(event.proxy, event.class_key)
                self._push([event.proxy], held)
            case Reject():
                self._reject(event)

    def on_lost(self, reason: str) -> None:
        """The compiler is away: streams stay, with what they have."""
        self._log.warning("feed lost", reason=reason, proxies=len(self._streams))

    # what streams tell

    def refusal(self, stream: AdsStream) -> str:
        """Let a proxy in as what its certificate says, and as nothing else."""
        if self._admission is None or stream.node is None:
            return ""
        try:
            stream.serve_until_s = self._admission.check(stream.node, stream.shown_pem)
        except NotAdmittedError as error:
            self._log.warning(
                "proxy denied", proxy=stream.proxy[:200], identity=error.shown, reason=str(error)
            )
            return str(error)
        return ""

    def denial(self, node: base_pb2.Node, shown_pem: bytes) -> str:
        """Say why a node may not report anything; empty lets it."""
        if self._admission is None:
            return ""
        try:
            self._admission.check(node, shown_pem)
        except NotAdmittedError as error:
            return str(error)
        return ""

    def on_open(self, stream: AdsStream) -> None:
        """A proxy is there; serve it at once when it is known and came back unchanged."""
        node = _told(stream)
        proxy = stream.proxy
        connected = _Connected(stream, node, PushSpans(proxy), _hinted(stream))
        known = self._streams.setdefault(proxy, [])
        same = all(other.node == node for other in known)
        known.append(connected)
        self._log.info("proxy connected", proxy=proxy, delta=stream.delta, streams=len(known))
        self._send(ProxyConnected(proxy, node))
        held = self._views.of(proxy)
        if held is not None and same:
            self._assign(connected, held)

    def on_sent(self, stream: AdsStream, response: Respond) -> None:
        """A response is on its way."""
        if response.type_url == VIRTUAL_HOST:
            self._learn(stream.proxy, response)
        for connected in self._streams.get(stream.proxy, ()):
            if connected.stream is stream:
                connected.spans.sent(response, self._clock.now_s())
        self._steps.reached(names.PUSHED)

    def on_record(self, stream: AdsStream, record: Record) -> None:
        """The proxy stands somewhere to its snapshot: tell the compiler."""
        at_s = self._clock.now_s()
        streams = self._streams.get(stream.proxy)
        connected = next((one for one in streams or () if one.stream is stream), None)
        if connected is None or streams is None:
            return
        connected.record = record
        if not stream.only and streams[-1].stream is not stream:
            return
        connected.spans.recorded(record, at_s)
        if stream.only:
            record = together(record, [one.record for one in streams if one.stream.only])
        error = record.error[:ERROR_CHARS_MAX]
        if record.sync is SyncStatus.REFUSED:
            self._log.warning("proxy refused", proxy=stream.proxy, error=error)
        status = ProxyStatus(
            stream.proxy,
            record.snapshot,
            record.sync,
            at_s,
            record.carried,
            error,
            record.refused,
        )
        self._statuses[stream.proxy] = status
        self._send(status)
        self._steps.reached(names.STATUS_SENT)

    def on_close(self, stream: AdsStream) -> None:
        """A stream ended; with the last one the proxy is gone."""
        proxy = stream.proxy
        ended = [c for c in self._streams[proxy] if c.stream is stream]
        left = [c for c in self._streams[proxy] if c.stream is not stream]
        for connected in ended:
            connected.spans.closed(self._clock.now_s())
        if left:
            self._streams[proxy] = left
            return
        del self._streams[proxy]
        self._statuses.pop(proxy, None)
        self._views.leave(proxy)
        self._log.info("proxy gone", proxy=proxy)
        self._send(ProxyGone(proxy))

    def end_expired(self) -> None:
        """End the streams of certificates that have expired; proxies come back with a new one."""
        now_s = self._clock.now_s()
        for streams in list(self._streams.values()):
            for connected in streams:
                if connected.stream.serve_until_s <= now_s:
                    self._log.info("proxy's certificate has expired", proxy=connected.stream.proxy)
                    connected.stream.drain()

    # from here on private

    def _view(self, view: View) -> None:
        held = self._views.apply(view, self._clock.now_s())
        self._push(self._views.members(view.class_key), held)
        self._steps.reached(names.VIEW_RECEIVED)

    def _push(self, proxies: Iterable[ProxyId], held: HeldView) -> None:
        at_s = self._clock.now_s()
        for proxy in proxies:
            for connected in self._streams.get(proxy, ()):
                connected.spans.assigned(held.published.version, held.trace, at_s)
                self._assign(connected, held)

    def _assign(self, connected: _Connected, held: HeldView) -> None:
        """Hand a snapshot over; hosts on demand start with those that proxies like it called."""
        class_key = self._views.class_of(connected.stream.proxy)
        if class_key is not None and held.published.of(VIRTUAL_HOST).hosts is not None:
            connected.stream.preload((*self._learned.of(class_key), *connected.hinted))
        connected.stream.assign(held.published)

    def _learn(self, proxy: ProxyId, response: Respond) -> None:
        """Remember which hosts are called, of those that somebody declared by their name."""
        held, class_key = self._views.of(proxy), self._views.class_of(proxy)
        hosts = held.published.of(VIRTUAL_HOST).hosts if held else None
        if hosts is not None and class_key is not None:
            self._learned.note(class_key, hosts.named(one.name for one in response.entries))

    def _reject(self, reject: Reject) -> None:
        self._log.warning("proxy rejected", proxy=reject.proxy, reason=reject.reason)
        for connected in self._streams.get(reject.proxy, ()):
            connected.stream.reject(reject.reason)


def _told(stream: AdsStream) -> bytes:
    """Return the node for the compiler. Hosts on demand need the incremental variant."""
    if stream.node is None:
        return b""
    node = base_pb2.Node()
    node.CopyFrom(stream.node)
    if HOSTS_KEY in node.metadata:
        del node.metadata[HOSTS_KEY]
    if not stream.delta:
        node.metadata[ON_DEMAND_KEY] = "false"
    return node.SerializeToString(deterministic=True)


def _hinted(stream: AdsStream) -> tuple[ResourceName, ...]:
    """Return the hosts that a node wants at its start, as its bootstrap says."""
    if stream.node is None or HOSTS_KEY not in stream.node.metadata:
        return ()
    values = stream.node.metadata.fields[HOSTS_KEY].list_value.values
    return tuple(ResourceName(one.string_value) for one in values[:HOSTS_MAX])


def together(newest: Record, records: Sequence[Record | None]) -> Record:
    """Say how a proxy stands by the records of all its streams, which have a type each."""
    current = [one for one in records if one is not None and one.snapshot == newest.snapshot]
    carried = any(one.carried for one in current)
    refused = next((one for one in current if one.sync is SyncStatus.REFUSED), None)
    if refused is not None:
        return replace(refused, carried=carried)
    synced = all(
        one is not None and (one.snapshot, one.sync) == (newest.snapshot, SyncStatus.SYNCED)
        for one in records
    )
    return Record(newest.snapshot, SyncStatus.SYNCED if synced else SyncStatus.STALE, carried)
