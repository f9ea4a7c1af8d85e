"""What has to be sent of one type: the marked names against the snapshot and what was told."""

from dataclasses import dataclass, field
from enum import Enum, auto

from libs.kernel.ids import ResourceName
from libs.kernel.xds import VIRTUAL_HOST
from libs.xdsproto.collections import is_collection
from libs.xdsproto.hosts import ABSENT, absent, is_release
from libs.xdsproto.ordering import Gate
from libs.xdsproto.published import TypeView
from libs.xdsproto.typestate import TypeState
from libs.xdsproto.wire import Encoded


@dataclass(frozen=True, slots=True)
class Quantum:
    """How much one response may carry; a single resource always fits.

    What is more is sent later, after other streams had their turn: it bounds how long one client
    that asks for very much keeps the others waiting, and it keeps responses below the four
    megabytes that clients of gRPC take by default.
    """

    resources_max: int = 2_000
    body_bytes_max: int = 3 * 1024 * 1024


@dataclass(slots=True)
class Due:
    """Resources to send, names to remove, names that have to wait for other types."""

    send: list[Encoded] = field(default_factory=list)
    remove: list[ResourceName] = field(default_factory=list)
    wait: set[ResourceName] = field(default_factory=set)


def _asks_in_vain(state: TypeState, name: ResourceName) -> bool:
    """Say whether a request waits for a host that is not there: it must be told so.

    What the client held is removed instead; it takes that for an answer as well.
    """
    if state.type_url != VIRTUAL_HOST or is_release(name):
        return False
    return name in state.owed or state.told.get(name) == ABSENT


class _Verdict(Enum):
    NOTHING = auto()
    SEND = auto()
    REMOVE = auto()
    WAIT = auto()


def due(state: TypeState, view: TypeView, gate: Gate, quantum: Quantum | None = None) -> Due:
    """Judge marked names in their order, all of them or as many as one response may carry."""
    result = Due()
    names, count, body_bytes = sorted(state.dirty | state.owed), 0, 0
    for number, name in enumerate(names):
        if quantum and (count >= quantum.resources_max or body_bytes >= quantum.body_bytes_max):
            result.wait.update(names[number:])
            break
        entry = view.get(name)
        if entry is None and is_collection(name) and view.members(name):
            continue
        if name in state.strangers or (entry is None and _asks_in_vain(state, name)):
            entry = absent(name)
        match _judge(state, name, entry, gate):
            case _Verdict.SEND if entry is not None:
                result.send.append(entry)
                count, body_bytes = count + 1, body_bytes + len(entry.resource.body)
            case _Verdict.REMOVE:
                result.remove.append(name)
                count += 1
            case _Verdict.WAIT:
                result.wait.add(name)
            case _:
                pass
    return result


def _judge(state: TypeState, name: ResourceName, entry: Encoded | None, gate: Gate) -> _Verdict:
    if name in state.owed:
        return _answer(entry, gate)
    held = state.held(name) if state.subscription.covers(name) else None
    if entry is None:
        if held is None or name not in state.told:
            return _Verdict.NOTHING
        # What was never acknowledged is what nothing refers to yet; kept, it would stay cold and
        # hold back the client's ACK, because its endpoints are gone as well.
        may_go = gate.removals or name in state.arrivals
        return _Verdict.REMOVE if may_go else _Verdict.WAIT
    if held == entry.version or not state.subscription.covers(name):
        return _Verdict.NOTHING
    if held is None:
        return _first(gate)
    return _Verdict.SEND if gate.updates else _Verdict.WAIT


def _answer(entry: Encoded | None, gate: Gate) -> _Verdict:
    if entry is None:
        return _Verdict.REMOVE
    # That there is no such host can break nothing, and somebody waits for it.
    return _Verdict.SEND if entry.version == ABSENT else _first(gate)


def _first(gate: Gate) -> _Verdict:
    return _Verdict.SEND if gate.firsts else _Verdict.WAIT
