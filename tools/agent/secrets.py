"""What is held, as the two secrets that an Envoy asks its agent for."""

from libs.adapters.xdsgrpc.stream import AdsStream
from libs.confighash.fingerprint import fingerprint
from libs.envoy.secret import authorities, certificate
from libs.kernel.ids import ResourceName, Version
from libs.kernel.xds import SECRET, Resource
from libs.pki.holding import Holding
from libs.telemetry.logs import get_logger
from libs.xdsproto.commands import Record, Respond
from libs.xdsproto.published import Published, full, successor

OWN = ResourceName("default")
ROOTS = ResourceName("ROOTCA")
"""Istio's names."""


class AgentSecrets:
    """Serves what is held to every stream, and the next one as soon as it is there.

    Before the first certificate nobody is answered: an Envoy waits.
    """

    def __init__(self) -> None:
        """Hold nothing."""
        self._streams: set[AdsStream] = set()
        self._published: Published | None = None

    def hold(self, held: Holding) -> None:
        """Serve this from now on; certificate and roots change in one step."""
        changed = [
            _resource(OWN, certificate(OWN, held.chain_pem, held.key_pem).SerializeToString()),
            _resource(ROOTS, authorities(ROOTS, held.roots_pem).SerializeToString()),
        ]
        version = Version(fingerprint("agent-secrets", *(one.body for one in changed)))
        if self._published is None:
            self._published = full(version, changed)
        else:
            self._published = successor(self._published, version, changed, ())
        for stream in self._streams:
            stream.assign(self._published)

    def refusal(self, _stream: AdsStream) -> str:
        """Let everybody in who may open the socket: those are this user's processes."""
        return ""

    def on_open(self, stream: AdsStream) -> None:
        """Serve a new stream."""
        self._streams.add(stream)
        if self._published is not None:
            stream.assign(self._published)

    def on_sent(self, stream: AdsStream, response: Respond) -> None:
        """Nothing follows from a response."""

    def on_record(self, stream: AdsStream, record: Record) -> None:
        """Say when the Envoy refuses what it got."""
        if record.error:
            get_logger().warning("Envoy refused a secret", proxy=stream.proxy)

    def on_close(self, stream: AdsStream) -> None:
        """Forget a stream."""
        self._streams.discard(stream)


def _resource(name: ResourceName, body: bytes) -> Resource:
    return Resource(SECRET, name, Version(fingerprint("agent-secret", body)), body)
