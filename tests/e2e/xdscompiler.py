"""A compiler whose views a test writes by hand, behind a real feed server."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from libs.adapters.feed.server import FeedServer, StreamId
from libs.kernel.ids import ClassKey, ProxyId, RevisionId, TraceParent, Version
from libs.kernel.proxies import SyncStatus
from libs.kernel.xds import Resource, Snapshot
from libs.ports.feed import (
    Assign,
    FromFrontend,
    Hello,
    ProxyConnected,
    ProxyGone,
    ProxyStatus,
    Reject,
    View,
)

T = TypeVar("T")

WAIT_S = 10.0
CLASS = ClassKey("class-of-all")


class ScriptedCompiler:
    """Puts every proxy into one class, and publishes what the test says."""

    def __init__(self, address: str, *, trace: TraceParent | None = None) -> None:
        """Listen at once."""
        self.trace = trace
        self.refuse: str | None = None
        self._changed = threading.Condition()
        self._streams: dict[StreamId, Version | None] = {}
        self._proxies: dict[ProxyId, StreamId] = {}
        self._snapshot: Snapshot | None = None
        self.hellos: list[Hello] = []
        self.nodes: dict[ProxyId, bytes] = {}
        self.gone: list[ProxyId] = []
        self.statuses: list[ProxyStatus] = []
        self._server = FeedServer(address, self)
        self.address = self._server.start()

    def stop(self) -> None:
        """End it as a crash would: no stream is told anything."""
        self._server.stop()

    def publish(self, snapshot: Snapshot) -> float:
        """Send a snapshot to every frontend, as a difference where it can be; return when."""
        with self._changed:
            before, self._snapshot = self._snapshot, snapshot
            at_s = time.time()  # noqa: TID251 - compared with times of the frontend's clock
            for stream in self._streams:
                self._deliver(stream, before)
            return at_s

    def send_raw(self, view: View) -> None:
        """Send a view as it is to every frontend."""
        for stream in list(self._streams):
            self._server.send(stream, view)

    def wait_for(self, what: str, found: Callable[[], T | None], timeout_s: float = WAIT_S) -> T:
        """Wait until `found` returns something; AssertionError with what is known otherwise."""
        deadline_s = time.monotonic() + timeout_s
        with self._changed:
            while (result := found()) is None:
                left_s = deadline_s - time.monotonic()
                assert left_s > 0, f"no {what} in {timeout_s} s; statuses: {self.statuses[-5:]}"
                self._changed.wait(left_s)
        return result

    def wait_status(
        self, snapshot: Snapshot, sync: SyncStatus = SyncStatus.SYNCED, *, proxy: str = ""
    ) -> ProxyStatus:
        """Wait until a proxy (any, without a name) stands so to a snapshot."""

        def found() -> ProxyStatus | None:
            for status in reversed(self.statuses):
                same = (status.snapshot, status.sync) == (snapshot.version, sync)
                if same and proxy in ("", status.proxy):
                    return status
            return None

        return self.wait_for(f"{sync} for {snapshot.version}", found)

    def wait_connected(self, proxy: str) -> bytes:
        """Wait until a proxy is announced, and return its node."""
        return self.wait_for(f"proxy {proxy}", lambda: self.nodes.get(ProxyId(proxy)))

    def on_open(self, stream: StreamId) -> None:
        """Wait for the Hello."""

    def on_event(self, stream: StreamId, event: FromFrontend) -> None:
        """Keep what is said, and answer a proxy that connects."""
        with self._changed:
            match event:
                case Hello():
                    self.hellos.append(event)
                    self._streams[stream] = event.held.get(CLASS)
                case ProxyConnected():
                    self.nodes[event.proxy] = event.node
                    self._proxies[event.proxy] = stream
                    self._greet(stream, event.proxy)
                case ProxyGone():
                    self.gone.append(event.proxy)
                    self._proxies.pop(event.proxy, None)
                case ProxyStatus():
                    self.statuses.append(event)
            self._changed.notify_all()

    def on_close(self, stream: StreamId) -> None:
        """Forget a frontend."""
        with self._changed:
            self._streams.pop(stream, None)

    def _greet(self, stream: StreamId, proxy: ProxyId) -> None:
        if self.refuse is not None:
            self._server.send(stream, Reject(proxy, self.refuse))
        elif self._snapshot is not None:
            if self._streams[stream] != self._snapshot.version:
                self._deliver(stream, None)
            self._server.send(stream, Assign(proxy, CLASS))

    def _deliver(self, stream: StreamId, before: Snapshot | None) -> None:
        """Send the newest snapshot, then its class to proxies that waited for the first one."""
        snapshot = self._snapshot
        if snapshot is None:
            return
        base = before if before and self._streams[stream] == before.version else None
        self._streams[stream] = snapshot.version
        self._server.send(stream, difference(base, snapshot, self.trace))
        if before is None:
            for proxy, home in self._proxies.items():
                if home == stream:
                    self._server.send(stream, Assign(proxy, CLASS))


def difference(base: Snapshot | None, snapshot: Snapshot, trace: TraceParent | None) -> View:
    """Make the view that turns `base` into `snapshot`."""
    old = _flat(base) if base else {}
    new = _flat(snapshot)
    return View(
        class_key=CLASS,
        snapshot=snapshot.version,
        base=base.version if base else None,
        changed=tuple(r for key, r in new.items() if key not in old or old[key] != r),
        removed=tuple((r.type_url, r.name) for key, r in old.items() if key not in new),
        revision=RevisionId("r"),
        trace=trace,
    )


def _flat(snapshot: Snapshot) -> dict[tuple[str, str], Resource]:
    return {
        (url, name): resource
        for url, named in snapshot.resources.items()
        for name, resource in named.items()
    }
