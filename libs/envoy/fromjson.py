"""Envoy's messages from proto3 JSON that a user wrote: strict, and with the place of each fault."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from google.protobuf.json_format import ParseDict, ParseError
from google.protobuf.message import Message

from libs.envoy.anytypes import TYPE_KEY, message_type, name_in, settle
from libs.meshapi.quoting import quoted
from libs.meshapi.schema import suggestion

_M = TypeVar("_M", bound=Message)
_OWN_FORM: Final = "google.protobuf."
_ANY: Final = "google.protobuf.Any"
_TEXT_CHARACTERS_MAX: Final = 200
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is no such message, at a path below the value."""

    path: Path
    text: str


class FormError(ValueError):
    """A value that is no such message; `faults` say what is wrong and where."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        """Keep the faults; the text is the first one's."""
        super().__init__(faults[0].text)
        self.faults = faults


def message_from(value: Mapping[str, Any], kind: type[_M]) -> _M:
    """Return the message. Raises FormError."""
    faults = tuple(_in_message(value, kind.DESCRIPTOR, ()))
    if faults:
        raise FormError(faults)
    try:
        result = ParseDict(_plain(value), kind())
    except (ParseError, ValueError, TypeError) as error:
        text = " ".join(str(error).split())[:_TEXT_CHARACTERS_MAX]
        raise FormError((Fault((), f"this is no {kind.DESCRIPTOR.full_name}: {text}"),)) from error
    settle(result)
    return result


def _plain(value: Any) -> Any:
    """Make lists of tuples, which the parser of messages does not know."""
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, tuple | list) else value


def _in_message(value: Any, descriptor: Any, path: Path) -> Iterator[Fault]:
    """Find fields and types that do not exist. Types with a form of their own are not looked at."""
    if descriptor.full_name == _ANY:
        yield from _in_any(value, path)
        return
    if not isinstance(value, Mapping) or descriptor.full_name.startswith(_OWN_FORM):
        return
    known = {one.name: one for one in descriptor.fields}
    known |= {one.json_name: one for one in descriptor.fields}
    for name, inside in value.items():
        field = known.get(name)
        if field is not None:
            yield from _in_field(inside, field, (*path, name))
        elif name != TYPE_KEY:
            hint = suggestion(name, tuple(sorted({one.name for one in descriptor.fields})))
            text = f"{descriptor.full_name} has no field {quoted(name)}; {hint}"
            yield Fault((*path, name), text)


def _in_field(value: Any, field: Any, path: Path) -> Iterator[Fault]:
    inside = field.message_type
    if inside is None:
        return
    if inside.GetOptions().map_entry:
        of_value = inside.fields_by_name["value"]
        for key, one in value.items() if isinstance(value, Mapping) else ():
            yield from _in_field(one, of_value, (*path, key))
    elif isinstance(value, list | tuple):
        for index, one in enumerate(value):
            yield from _in_message(one, inside, (*path, index))
    else:
        yield from _in_message(value, inside, path)


def _in_any(value: Any, path: Path) -> Iterator[Fault]:
    if not isinstance(value, Mapping) or TYPE_KEY not in value:
        yield Fault(path, f"the type is missing; write `{TYPE_KEY}`")
        return
    name = name_in(str(value[TYPE_KEY]))
    kind = message_type(name)
    if kind is None:
        text = f"this release of Envoy's API has no type {quoted(name)}; write one of its v3 types"
        yield Fault((*path, TYPE_KEY), text)
    elif name.startswith(_OWN_FORM):
        return
    else:
        yield from _in_message(value, kind.DESCRIPTOR, path)
