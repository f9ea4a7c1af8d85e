"""`KubeCluster` of real servers, and the client that carries several of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from libs.adapters.kube.access import AccessSource
from libs.adapters.kube.channel import Channel
from libs.adapters.kube.loopthread import LoopThread
from libs.adapters.kube.mailbox import Mailbox
from libs.adapters.kube.reading import Reader
from libs.adapters.kube.reflector import Reflector
from libs.adapters.kube.watching import Following, KubeWatch, Limits
from libs.adapters.kube.writing import Writer
from libs.kernel.ids import ClusterName
from libs.kernel.origins import ObjectKey
from libs.ports.clock import Clock
from libs.ports.kubecluster import (
    FIELD_MANAGER,
    Discovery,
    Listing,
    LiveObject,
    Selection,
    ServerVersion,
    Watch,
    Write,
    WriteResult,
)
from libs.ports.rng import Rng


class KubeClient:
    """Carries clusters: one thread, whatever their number. Close it at the end."""

    def __init__(self, clock: Clock, rng: Rng, limits: Limits | None = None) -> None:
        """Start the thread."""
        self._clock = clock
        self._rng = rng
        self._limits = limits or Limits()
        self._loop = LoopThread()
        self._channels: list[Channel] = []

    def cluster(
        self, name: ClusterName, source: AccessSource, manager: str = FIELD_MANAGER
    ) -> "KubeCluster":
        """Return a cluster; nothing is read or sent until somebody asks it something."""
        channel = Channel(source, self._clock)
        self._channels.append(channel)
        reader = Reader(name, channel, self._clock, self._limits.page_objects)
        parts = _Parts(self._loop, channel, reader, self._rng, self._limits)
        return KubeCluster(name, parts, Writer(reader, channel, manager))

    def close(self) -> None:
        """End every request and watch. May be repeated."""
        self._loop.stop(self._close_channels)

    async def _close_channels(self) -> None:
        for one in self._channels:
            await one.close()


@dataclass(frozen=True, slots=True)
class _Parts:
    loop: LoopThread
    channel: Channel
    reader: Reader
    rng: Rng
    limits: Limits


class KubeCluster:
    """The port, over a real server. Safe to use from many threads."""

    def __init__(self, name: ClusterName, parts: _Parts, writer: Writer) -> None:
        """Made by `KubeClient.cluster`."""
        self._name = name
        self._parts = parts
        self._writer = writer

    @property
    def name(self) -> ClusterName:
        """The name that the fleet gives to the cluster."""
        return self._name

    def version(self) -> ServerVersion:
        """Ask for the version."""
        return self._parts.loop.wait(self._parts.reader.version())

    def discover(self) -> Discovery:
        """Ask what is served."""
        return self._parts.loop.wait(self._parts.reader.discover())

    def get(self, key: ObjectKey, *, version: str = "") -> LiveObject | None:
        """Return an object; None where the server says that it is not there."""
        return self._parts.loop.wait(self._parts.reader.get(key, version))

    def list_objects(self, selection: Selection) -> Listing:
        """Return all objects of a selection."""
        return self._parts.loop.wait(self._parts.reader.list_objects(selection))

    def write(
        self,
        writes: Sequence[Write],
        *,
        dry_run: bool = False,
        not_after_s: float | None = None,
    ) -> Sequence[WriteResult]:
        """Send writes and return a result for each."""
        work = self._writer.write(writes, dry_run=dry_run, not_after_s=not_after_s)
        return self._parts.loop.wait(work)

    def watch(self, selections: Sequence[Selection]) -> Watch:
        """Start to follow selections."""
        parts, mailbox = self._parts, Mailbox()
        tasks = [
            Following(parts.reader, parts.channel, Reflector(one), mailbox, parts.rng, parts.limits)
            for one in selections
        ]
        return KubeWatch(parts.loop, tasks, mailbox)

    def close(self) -> None:
        """Close the connections of this cluster alone; its watches are closed by themselves."""
        self._parts.loop.wait(self._parts.channel.close())
