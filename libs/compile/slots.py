"""One address that a workload calls: all that is served there, and the listener of all of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from protogen.envoy.config.listener.v3 import listener_components_pb2 as lc
from protogen.envoy.config.listener.v3 import listener_pb2

from libs.compile.streamlisteners import chains_of
from libs.compile.streams import Stream
from libs.envoy import hcm, listener, names, tcpproxy
from libs.envoy.address import address
from libs.kernel.origins import ObjectKey

LOOPBACK = "127.0.0.1"
WILDCARD = "0.0.0.0"  # noqa: S104 - where redirected connections arrive


@dataclass(slots=True)
class Slot:
    """An address with the routes of its HTTP calls, if any, and its streams.

    `guessed` says that a port's protocol is not known, so that HTTP has to be told apart by its
    first bytes, `by_name` that routes may lead to hosts that are looked up when they are called.
    """

    bind: str
    port: int
    binds: bool
    routes: str = ""
    guessed: bool = False
    by_name: bool = False
    streams: list[tuple[Stream, ObjectKey]] = field(default_factory=list)
    sources: dict[ObjectKey, None] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Name of the listener."""
        return names.listener(self.bind, self.port)

    @property
    def takes_all(self) -> bool:
        """Whether a stream is for every connection that no narrower one takes."""
        return any(_takes_all(one) for one, _ in self.streams)

    def add(self, stream: Stream, source: ObjectKey) -> ObjectKey | None:
        """Take a stream; return whose stream has its condition already, None for nobody's."""
        same = (key for one, key in self.streams if one.conditions == stream.conditions)
        former = next(same, None)
        self.streams.append((stream, source))
        return former


def _takes_all(stream: Stream) -> bool:
    return not (stream.subnets or stream.server_names)


def listener_of(slot: Slot, rest: str) -> listener_pb2.Listener:
    """Return the listener of a slot; `rest` is the cluster for what no chain takes."""
    chains = list(_chains(slot, rest))
    if slot.by_name:
        hcm.look_up_names(chains)
    built = listener.listener(
        slot.name,
        address(slot.bind, slot.port),
        chains,
        listener.OUTBOUND,
        bind_to_port=slot.binds,
    )
    if any(one.server_names for one, _ in slot.streams):
        listener.read_server_names(built)
    if _is_sniffed(slot):
        listener.tell_http(built)
    listener.wait_for_first_bytes(built)
    return built


def _is_sniffed(slot: Slot) -> bool:
    """Say whether HTTP and other bytes can come alike: only then is it worth to look at them."""
    return bool(slot.routes) and (slot.guessed or slot.takes_all)


def _chains(slot: Slot, rest: str) -> Iterator[lc.FilterChain]:
    """Yield the chains; what no stream takes is read, or else goes to `rest`."""
    streams = [one for one, _ in slot.streams]
    if not slot.routes:
        yield from chains_of([*streams, Stream((tcpproxy.tcp_proxy(rest),))])
        return
    prefix = names.stat_prefix("outbound", slot.bind, slot.port)
    reading = hcm.network_filter(hcm.by_name(prefix, slot.routes, hcm.Side.OUTBOUND))
    if _is_sniffed(slot):
        yield listener.chain([reading], protocols=listener.PLAIN_HTTP)
        yield from chains_of(streams)
    else:
        yield from chains_of([*streams, Stream((reading,))])
