"""One serialised response for all streams that are sent the same."""

from libs.kernel.ids import ResourceName, TypeUrl, Version
from libs.xdsproto.commands import Respond
from libs.xdsproto.wire import Encoded, delta_response, sotw_response

SHARED_BYTES_MAX = 32 * 1024 * 1024
_Names = tuple[ResourceName, ...]
_Key = tuple[bool, TypeUrl, Version, str, _Names, _Names, tuple[Encoded, ...]]


class SharedResponses:
    """The newest responses by all that is in them. Not thread-safe.

    Streams that began alike count their nonces alike; so what one was sent often serves many, and
    waits in one place for all that are slow.
    """

    def __init__(self, bytes_max: int = SHARED_BYTES_MAX) -> None:
        """Start empty."""
        self._known: dict[_Key, bytes] = {}
        self._bytes = 0
        self._bytes_max = bytes_max

    def __call__(self, response: Respond, *, delta: bool) -> bytes:
        """Return the bytes of a response in one of the variants."""
        key = (
            delta,
            response.type_url,
            response.version,
            response.nonce,
            response.removed,
            response.absent,
            response.entries,
        )
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = _encoded(response, delta=delta)
            self._bytes += len(known)
            while self._bytes > self._bytes_max:
                self._bytes -= len(self._known.pop(next(iter(self._known))))
        return known


def _encoded(response: Respond, *, delta: bool) -> bytes:
    head = (response.type_url, response.version, response.nonce, response.entries)
    return (
        delta_response(*head, response.removed) if delta else sotw_response(*head, response.absent)
    )
