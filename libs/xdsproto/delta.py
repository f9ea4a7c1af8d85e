"""The incremental variant: names added and dropped, versions per resource, explicit removals."""

from libs.kernel.ids import ResourceName
from libs.xdsproto.collections import is_collection
from libs.xdsproto.commands import Respond
from libs.xdsproto.due import Due
from libs.xdsproto.events import DeltaRequest
from libs.xdsproto.published import Published, TypeView
from libs.xdsproto.typestate import TypeState


def receive(state: TypeState, request: DeltaRequest, view: TypeView) -> None:
    """Take a request. Subscriptions count whatever the nonce; the nonce only names the response."""
    state.answered(request.nonce, request.error)
    first, state.started = not state.started, True
    if not (first or request.subscribe or request.unsubscribe):
        return
    change = state.subscription.change(request.subscribe, request.unsubscribe)
    if first:
        _resume(state, request)
    added = change.added
    if state.subscription.collections:
        added = _with_members(added, view)
    if any(is_collection(name) for name in change.dropped):
        state.drop_uncovered()
    again = added - request.initial.keys() if first else added
    state.owed |= again
    state.dirty |= added
    if change.wildcard_added:
        if not first:
            state.owed |= view.entries.keys()
        state.look_at_all(view.entries)
        state.answer_owed = not state.told
    if change.wildcard_dropped:
        state.drop_uncovered()
    for name in change.dropped:
        if state.subscription.wildcard:
            state.owed.add(name)
        else:
            state.drop(name)


def _with_members(names: frozenset[ResourceName], view: TypeView) -> frozenset[ResourceName]:
    """Put members in the place of their collection; one that has none is answered itself."""
    wanted: set[ResourceName] = set()
    for name in names:
        wanted |= (view.members(name) if is_collection(name) else None) or {name}
    return frozenset(wanted)


def _resume(state: TypeState, request: DeltaRequest) -> None:
    """Take over what the client still holds from an earlier stream."""
    covers = state.subscription.covers
    state.told |= {name: version for name, version in request.initial.items() if covers(name)}
    state.dirty |= state.told.keys()
    state.returning = bool(state.told)


def compose(state: TypeState, published: Published, todo: Due, nonce: str) -> Respond | None:
    """Make the response that is due, if any, and note it as sent.

    Removals go alone, after what is added: a client that refuses a response may refuse its
    removals with it, and a removal by itself has nothing to be refused for.
    """
    if todo.send:
        todo = Due(todo.send, [], todo.wait | set(todo.remove))
    if not (todo.send or todo.remove or state.answer_owed or _needs_a_sign(state, published, todo)):
        state.put_off(todo.wait)
        return None
    versions = {entry.name: entry.version for entry in todo.send}
    state.sent(nonce, versions, todo.remove, todo.wait)
    return Respond(
        type_url=state.type_url,
        version=published.version,
        nonce=nonce,
        entries=tuple(todo.send),
        removed=tuple(todo.remove),
        snapshot=published.version,
    )


def _needs_a_sign(state: TypeState, published: Published, todo: Due) -> bool:
    """A client that came back acknowledges an empty response, too; then removals may follow."""
    view = published.of(state.type_url)
    vanished = any(view.get(name) is None for name in todo.wait)
    return vanished and state.returning and not state.awaited
