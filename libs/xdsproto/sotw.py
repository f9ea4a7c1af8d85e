"""The state-of-the-world variant: every request names all that is wanted; omission deletes.

Listeners and clusters are sent as full sets. Other types are sent as those that changed, and
deleted by nobody: the client drops them when nothing refers to them.
"""

from libs.kernel.ids import ResourceName
from libs.kernel.xds import FULL_STATE_TYPES
from libs.xdsproto.commands import Respond
from libs.xdsproto.due import Due
from libs.xdsproto.events import SotwRequest
from libs.xdsproto.published import Entries, Published, TypeView, set_version
from libs.xdsproto.typestate import TypeState


def receive(state: TypeState, request: SotwRequest, view: TypeView) -> None:
    """Take a request; its names count only when it answers the newest response."""
    full_state = state.type_url in FULL_STATE_TYPES
    if state.answered(request.nonce, request.error) and request.error is None and full_state:
        # The whole set was accepted, and with it what an earlier set was refused for.
        state.refused.clear()
    first, state.started = not state.started, True
    if not first and request.nonce != state.last_nonce:
        return
    change = state.subscription.replace(request.names)
    if first:
        state.claimed = request.version or None
        state.unsure = bool(request.version)
        state.answer_owed = full_state
    else:
        state.owed |= change.added
    state.dirty |= change.added
    if change.wildcard_added:
        state.look_at_all(view.entries)
    state.drop_uncovered()


def adopt(state: TypeState, view: TypeView) -> None:
    """Believe a client that says it holds exactly this set, where that says everything.

    That is so for full sets under a wildcard: their version depends on the resources alone.
    """
    claimed, state.claimed = state.claimed, None
    everything = state.type_url in FULL_STATE_TYPES and state.subscription.wildcard
    if claimed != view.version or not everything or state.subscription.names:
        return
    state.told = {name: entry.version for name, entry in view.entries.items()}
    state.sent_set = view.entries
    state.dirty, state.answer_owed, state.unsure = set(), False, False


def compose(state: TypeState, published: Published, todo: Due, nonce: str) -> Respond | None:
    """Make the response that is due, if any, and note it as sent."""
    view = published.of(state.type_url)
    full_state = state.type_url in FULL_STATE_TYPES
    entries: Entries = {entry.name: entry for entry in todo.send}
    version = view.version
    if full_state:
        if todo.wait - state.sent_set.keys():
            # A full set would delete or overtake what has to wait, so all of it waits.
            return None
        entries = _full_set(state, view, todo.wait)
        if entries is not view.entries:
            # A part of the whole, or a set in transition, must not be taken for the whole later.
            version = set_version(entries)
    missing = _missing(state, view)
    news = missing - state.absent
    needed = bool(todo.send or news or (full_state and (todo.remove or state.answer_owed)))
    if not needed:
        _forget(state, todo)
        return None
    state.absent = missing
    versions = {entry.name: entry.version for entry in todo.send}
    state.sent(nonce, versions, todo.remove, todo.wait)
    if full_state:
        state.sent_set, state.unsure = entries, False
    return Respond(
        type_url=state.type_url,
        version=version,
        nonce=nonce,
        entries=tuple(entries.values()),
        removed=(),
        snapshot=published.version,
        absent=tuple(sorted(missing if full_state else news)),
    )


def _missing(state: TypeState, view: TypeView) -> frozenset[ResourceName]:
    """Name what is asked for and not there, for who reads it; others wait, and have timers."""
    if not state.reads_errors:
        return frozenset()
    return frozenset(name for name in state.subscription.names if name not in view.entries)


def _full_set(state: TypeState, view: TypeView, wait: set[ResourceName]) -> Entries:
    covered: Entries = view.entries
    if not state.subscription.wildcard:
        names = sorted(state.subscription.names & view.entries.keys())
        covered = {name: view.entries[name] for name in names}
    kept = {name: state.sent_set[name] for name in wait}
    return {**covered, **kept} if kept else covered


def _forget(state: TypeState, todo: Due) -> None:
    """Without a response nothing tells the client of absent names; it has timers for that."""
    for name in todo.remove:
        state.drop(name)
    state.put_off(todo.wait)
