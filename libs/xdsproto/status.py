"""How a client stands to its snapshot, from the state of its types."""

import re
from dataclasses import dataclass
from typing import Final

from libs.kernel.ids import ResourceName, TypeUrl
from libs.kernel.proxies import SyncStatus
from libs.kernel.xds import CLUSTER, LISTENER
from libs.xdsproto.ordering import States
from libs.xdsproto.published import Published
from libs.xdsproto.typestate import TypeState

PROOF_TYPES = (CLUSTER, LISTENER)
"""A client that starts asks for these one after the other; until it asked for both, and they were
answered, its silence proves nothing. Other types are asked for only where something refers to them.
"""

BLAMED_MAX: Final = 10


@dataclass(frozen=True, slots=True)
class Stand:
    """A status, with the text of the NACK where one stands, and the type that it is of."""

    sync: SyncStatus
    error: str = ""
    by: TypeState | None = None


STALE: Final = Stand(SyncStatus.STALE)
SYNCED: Final = Stand(SyncStatus.SYNCED)


def standing(
    states: States, published: Published, proofs: tuple[TypeUrl, ...] = PROOF_TYPES
) -> Stand:
    """Return how a client stands."""
    settled = True
    for state in states.values():
        if state.refused or state.rejection is not None:
            return Stand(SyncStatus.REFUSED, state.error or "", state)
        waits = state.dirty or state.owed or state.answer_owed or state.awaited
        settled = settled and not waits
    if not settled:
        return STALE
    for url in proofs:
        if url not in states and published.of(url).entries:
            return STALE
    return SYNCED


def blamed(state: TypeState) -> tuple[tuple[TypeUrl, ResourceName], ...]:
    """Name what a NACK is about: what its text names, else all that its response carried.

    A client refuses a response as a whole; which resource it did not like it says in words alone.
    """
    text = state.error or ""
    carried = sorted(name for name, error in state.refused.items() if error == text)
    named = [name for name in carried if name in text and _stands_alone(name, text)]
    return tuple((state.type_url, name) for name in (named or carried)[:BLAMED_MAX])


def _stands_alone(name: ResourceName, text: str) -> bool:
    """Say whether a name is more than a part of a longer one."""
    return re.search(rf"(?<![\w.|/-]){re.escape(name)}(?![\w|/-]|\.\w)", text) is not None
