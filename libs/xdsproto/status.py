"""How a client stands to its snapshot, from the state of its types."""

from libs.kernel.ids import TypeUrl
from libs.kernel.proxies import SyncStatus
from libs.kernel.xds import CLUSTER, LISTENER
from libs.xdsproto.ordering import States
from libs.xdsproto.published import Published

PROOF_TYPES = (CLUSTER, LISTENER)
"""A client that starts asks for these one after the other; until it asked for both, and they were
answered, its silence proves nothing. Other types are asked for only where something refers to them.
"""


def standing(
    states: States, published: Published, proofs: tuple[TypeUrl, ...] = PROOF_TYPES
) -> tuple[SyncStatus, str]:
    """Return the status, and the text of the NACK where one stands."""
    for state in states.values():
        if state.error is not None:
            return SyncStatus.REFUSED, state.error
    asked = all(url in states for url in proofs if published.of(url).entries)
    if asked and all(state.settled for state in states.values()):
        return SyncStatus.SYNCED, ""
    return SyncStatus.STALE, ""
