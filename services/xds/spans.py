"""Two spans for each proxy and snapshot, below the commit that the snapshot was compiled from.

`push` lasts from the view's arrival to the first response handed to gRPC, `ack` from there until
the proxy has acknowledged everything, or has refused something.
"""

from opentelemetry.trace import Span

from libs.kernel.ids import ProxyId, TraceParent, TypeUrl, Version
from libs.kernel.proxies import SyncStatus
from libs.telemetry.tracing import TEXT_CHARS_MAX, end, start_span
from libs.xdsproto.commands import Record, Respond


class PushSpans:
    """Spans of one stream; at most one pair is open."""

    def __init__(self, proxy: ProxyId) -> None:
        """Start with nothing open."""
        self._proxy = proxy
        self._snapshot: Version | None = None
        self._parent: TraceParent | None = None
        self._from_s = 0.0
        self._ack: Span | None = None
        self._types: list[TypeUrl] = []

    def assigned(self, snapshot: Version, parent: TraceParent | None, at_s: float) -> None:
        """A snapshot is to be pushed; one that was not acknowledged yet is overtaken."""
        if snapshot == self._snapshot:
            return
        self._close(at_s, "overtaken by a newer snapshot")
        self._snapshot, self._parent, self._from_s = snapshot, parent, at_s

    def sent(self, response: Respond, at_s: float) -> None:
        """A response was handed to gRPC; the first one of a snapshot ends its push."""
        if response.snapshot != self._snapshot or self._parent is None:
            return
        if self._ack is None:
            attributes = {
                "node.id": self._proxy,
                "xds.snapshot": response.snapshot,
                "xds.type_url": response.type_url,
                "xds.version": response.version,
            }
            end(start_span("push", self._parent, attributes, self._from_s), at_s)
            self._ack = start_span("ack", self._parent, attributes, at_s)
        self._types.append(response.type_url)

    def recorded(self, record: Record, at_s: float) -> None:
        """The proxy stands somewhere to its snapshot; anything final ends the wait."""
        if record.snapshot != self._snapshot or record.sync is SyncStatus.STALE:
            return
        refused = record.sync is SyncStatus.REFUSED
        self._close(at_s, record.error[:TEXT_CHARS_MAX] if refused else None)
        self._parent = None

    def closed(self, at_s: float) -> None:
        """The stream ended."""
        self._close(at_s, "the stream ended")

    def _close(self, at_s: float, error: str | None) -> None:
        if self._ack is None:
            return
        short = ",".join(dict.fromkeys(url.rpartition(".")[2] for url in self._types))
        self._ack.set_attribute("xds.types", short)
        self._ack.set_attribute("xds.responses", len(self._types))
        if error is not None:
            self._ack.set_attribute("xds.error", error)
        end(self._ack, at_s, error)
        self._ack, self._types = None, []
