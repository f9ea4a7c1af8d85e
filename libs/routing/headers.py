"""Operations on headers: what resources ask for, and what comes of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from protogen.envoy.config.core.v3 import base_pb2

from libs.routing.outcome import UndecidedError, understood

_Option = base_pb2.HeaderValueOption


class HeaderOp(StrEnum):
    """What one step does. The `if` ones depend on whether the header is there already."""

    ADD = "add"
    ADD_IF_ABSENT = "add-if-absent"
    SET = "set"
    SET_IF_PRESENT = "set-if-present"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class HeaderStep:
    """One operation on a header; the name is in lower case."""

    op: HeaderOp
    name: str
    value: str = ""


class Carrier(Protocol):
    """A message with header operations: a route, a virtual host, a share of a cluster."""

    @property
    def request_headers_to_add(self) -> Iterable[_Option]:
        """Headers that the upstream gets."""

    @property
    def request_headers_to_remove(self) -> Iterable[str]:
        """Headers that the upstream does not get."""

    @property
    def response_headers_to_add(self) -> Iterable[_Option]:
        """Headers that the client gets."""

    @property
    def response_headers_to_remove(self) -> Iterable[str]:
        """Headers that the client does not get."""


_ACTIONS: Mapping[int, HeaderOp] = {
    _Option.APPEND_IF_EXISTS_OR_ADD: HeaderOp.ADD,
    _Option.ADD_IF_ABSENT: HeaderOp.ADD_IF_ABSENT,
    _Option.OVERWRITE_IF_EXISTS_OR_ADD: HeaderOp.SET,
    _Option.OVERWRITE_IF_EXISTS: HeaderOp.SET_IF_PRESENT,
}
_KNOWN = frozenset({"header", "append", "append_action", "keep_empty_value"})


def request_steps(carrier: Carrier) -> tuple[HeaderStep, ...]:
    """Return what one carrier does to a request: it removes before it adds."""
    return _steps(carrier.request_headers_to_remove, carrier.request_headers_to_add)


def response_steps(carrier: Carrier) -> tuple[HeaderStep, ...]:
    """Return what one carrier does to a response: it removes before it adds."""
    return _steps(carrier.response_headers_to_remove, carrier.response_headers_to_add)


def _steps(removed: Iterable[str], added: Iterable[_Option]) -> tuple[HeaderStep, ...]:
    steps = [HeaderStep(HeaderOp.REMOVE, name.lower()) for name in removed]
    for option in added:
        understood(option, _KNOWN, "header_value_option")
        value = _value(option)
        if value or option.keep_empty_value:
            steps.append(HeaderStep(_op(option), option.header.key.lower(), value))
    return _in_order(steps)


_RANKS = {HeaderOp.REMOVE: 0, HeaderOp.SET: 1, HeaderOp.SET_IF_PRESENT: 1}
_CONDITIONAL = (HeaderOp.ADD_IF_ABSENT, HeaderOp.SET_IF_PRESENT)


def _in_order(steps: list[HeaderStep]) -> tuple[HeaderStep, ...]:
    """Envoy removes, then sets, then adds, wherever they stand, and looks what is there first."""
    changed = [step.name for step in steps if step.op is not HeaderOp.REMOVE]
    for step in steps:
        if step.op in _CONDITIONAL and changed.count(step.name) > 1:
            raise UndecidedError(f"several changes of header {step.name}, one with a condition")
    return tuple(sorted(steps, key=lambda step: _RANKS.get(step.op, 2)))


def _op(option: _Option) -> HeaderOp:
    if option.HasField("append"):
        return HeaderOp.ADD if option.append.value else HeaderOp.SET
    return _ACTIONS[option.append_action]


def _value(option: _Option) -> str:
    """Return a literal value. One with a command, such as `%PROTOCOL%`, depends on more."""
    understood(option.header, ("key", "value", "raw_value"), "header_value")
    raw = option.header.value or option.header.raw_value.decode("utf-8", "replace")
    literal = raw.replace("%%", "")
    if "%" in literal:
        raise UndecidedError(f"header value {raw}")
    return raw.replace("%%", "%")


def applied(
    headers: Mapping[str, tuple[str, ...]], steps: Iterable[HeaderStep]
) -> dict[str, tuple[str, ...]]:
    """Return all values of each header after the steps."""
    result = dict(headers)
    for step in steps:
        present = step.name in result
        if step.op is HeaderOp.REMOVE:
            result.pop(step.name, None)
        elif step.op is HeaderOp.ADD:
            result[step.name] = (*result.get(step.name, ()), step.value)
        elif step.op is HeaderOp.SET or present == (step.op is HeaderOp.SET_IF_PRESENT):
            result[step.name] = (step.value,)
    return result
