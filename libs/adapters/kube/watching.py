"""Watches: one task for each selection, which fills a mailbox until it is closed."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from http import HTTPStatus

from libs.adapters.kube.channel import Channel
from libs.adapters.kube.link import LinkError, Request
from libs.adapters.kube.loopthread import LoopThread
from libs.adapters.kube.mailbox import Mailbox
from libs.adapters.kube.objects import collection
from libs.adapters.kube.reading import PAGE_OBJECTS_MAX, Reader
from libs.adapters.kube.reflector import PlaceLostError, Reflector
from libs.kernel.looperrors import StalledError, TransientError, WaitingError
from libs.ports.kubecluster import Blind, Listed, Resource, Selection, Unserved, WatchEvent
from libs.ports.rng import Rng

WATCH_S = 300.0
"""For how long one request watches; the next goes on where it ended."""
SILENCE_S_MAX = 100.0
"""A server sends a bookmark every minute: one that says nothing for longer is gone."""
LINE_BYTES_MAX = 16 * 1024 * 1024
UNSERVED_RETRY_S = 5.0


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a watch waits, in seconds, and how many objects a listing asks for at once."""

    watch_s: float = WATCH_S
    silence_s: float = SILENCE_S_MAX
    unserved_retry_s: float = UNSERVED_RETRY_S
    page_objects: int = PAGE_OBJECTS_MAX


class KubeWatch:
    """`Watch` of a server."""

    def __init__(self, loop: LoopThread, tasks: Sequence["Following"], mailbox: Mailbox) -> None:
        """Start one task for each selection."""
        self._mailbox = mailbox
        self._running: list[Future[None]] = [loop.start(one.run()) for one in tasks]

    def poll(self, timeout_s: float) -> Sequence[WatchEvent]:
        """Return what happened. A task that failed by our own fault raises here."""
        for one in self._running:
            if one.done() and not one.cancelled():
                one.result()
        return self._mailbox.take(timeout_s)

    def close(self) -> None:
        """End every task."""
        for one in self._running:
            one.cancel()


class Following:
    """One selection: listed, then watched, again and again."""

    def __init__(
        self,
        reader: Reader,
        channel: Channel,
        reflector: Reflector,
        mailbox: Mailbox,
        rng: Rng,
        limits: Limits,
    ) -> None:
        """Look at nothing yet."""
        self._reader = reader
        self._channel = channel
        self._reflector = reflector
        self._mailbox = mailbox
        self._rng = rng
        self._limits = limits
        self._said: type[WatchEvent] | None = None

    @property
    def selection(self) -> Selection:
        """What is followed."""
        return self._reflector.selection

    async def run(self) -> None:
        """Follow until cancelled."""
        while True:
            try:
                await self._once()
            except PlaceLostError:
                self._reflector.lost()
            except (LinkError, StalledError, TransientError, WaitingError) as error:
                await self._failed(error.reason)

    async def _once(self) -> None:
        """List where there is no moment to go on from, then watch to the end of one request."""
        selection = self.selection
        resource = await self._reader.resource(selection.group, selection.kind, selection.version)
        if resource is None:
            self._say_once(Unserved(selection))
            self._reflector.lost()
            await asyncio.sleep(self._limits.unserved_retry_s)
            return
        if not self._reflector.moment:
            listing = await self._reader.list_objects(selection)
            self._reflector.listed(listing)
            self._said = Listed
            self._mailbox.put(Listed(selection, listing.objects))
        await self._watch(resource)

    async def _watch(self, resource: Resource) -> None:
        query = {
            "watch": "true",
            "allowWatchBookmarks": "true",
            "resourceVersion": self._reflector.moment,
            # Requests that began together do not end together.
            "timeoutSeconds": str(int(self._limits.watch_s * self._rng.uniform(0.75, 1.25)) or 1),
        }
        if self.selection.labels:
            query["labelSelector"] = self.selection.labels
        path = collection(resource, self.selection.namespace)
        async with self._channel.stream(
            Request("GET", path, query), self._limits.silence_s
        ) as response:
            if response.status != HTTPStatus.OK:
                self._reflector.refused(response.status)
                raise TransientError(
                    f"{self._reader.name}: watch of {resource.kind}: {response.status}"
                )
            self._reflector.begun()
            pending = b""
            async for part in response.content.iter_any():
                *lines, pending = (pending + part).split(b"\n")
                if len(pending) > LINE_BYTES_MAX:
                    raise LinkError("one object is larger than a watch may tell", sent=True)
                for line in filter(None, lines):
                    event = self._reflector.line(resource, line)
                    if event is not None:
                        self._mailbox.put(event)

    async def _failed(self, reason: str) -> None:
        """Wait, and say once that nothing is seen when it fails more than once."""
        backoff_s = self._reflector.backoff_s(self._rng.uniform(0.0, 1.0))
        if self._reflector.failures > 1:
            self._say_once(Blind(self.selection, reason))
            self._reflector.lost()
        await asyncio.sleep(backoff_s)

    def _say_once(self, event: WatchEvent) -> None:
        if self._said is not type(event):
            self._said = type(event)
            self._mailbox.put(event)
