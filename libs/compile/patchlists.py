"""What a patch does to a list of named things, such as filters or routes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

from google.protobuf.message import Message

from libs.compile.patches import Patch

_M = TypeVar("_M", bound=Message)


@dataclass(frozen=True, slots=True)
class Choice(Generic[_M]):
    """Which items a patch is about. `named` is false where it is about the list as a whole."""

    fits: Callable[[_M], bool]
    named: bool


def changed(
    items: Sequence[_M], patch: Patch, choice: Choice[_M], *, at: int | None = None
) -> list[_M]:
    """Return the items after an operation that adds, removes or replaces.

    An insertion next to something that is not there adds nothing; next to nothing in particular, it
    goes to the start or the end. `at` is where ADD puts its value, the end without it.
    """
    result = list(items)
    if patch.operation == "REMOVE":
        return [one for one in result if not (choice.named and choice.fits(one))]
    if patch.value is None:
        return result
    value = cast("_M", patch.value)
    first = next((index for index, one in enumerate(result) if choice.fits(one)), None)
    if patch.operation == "REPLACE" and choice.named and first is not None:
        result[first] = value
        return result
    place = _place(patch, choice, first, len(result), at)
    if place is not None:
        result.insert(place, value)
    return result


def _place(
    patch: Patch, choice: Choice[_M], first: int | None, length: int, at: int | None
) -> int | None:
    """Return where the value goes; None for nowhere."""
    match patch.operation:
        case "ADD":
            return length if at is None else at
        case "INSERT_FIRST":
            return 0
        case "INSERT_BEFORE":
            return first if choice.named else 0
        case "INSERT_AFTER":
            if not choice.named:
                return length
            return None if first is None else first + 1
    return None
