"""Languages as expressions: what texts they are made of, before anything is computed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from libs.matchsets import letters


@dataclass(frozen=True, slots=True)
class Letter:
    """One character out of a set."""

    letters: int


@dataclass(frozen=True, slots=True)
class Chain:
    """One part after the other; nothing but the empty text without parts."""

    parts: "tuple[Expression, ...]" = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the parts; no text at all without parts."""

    parts: "tuple[Expression, ...]" = ()


@dataclass(frozen=True, slots=True)
class Repeat:
    """A part `low` to `high` times; `high` None is without end."""

    part: "Expression"
    low: int = 0
    high: int | None = None


@dataclass(frozen=True, slots=True)
class Begin:
    """Holds at the beginning of the whole text only, and takes nothing of it."""


@dataclass(frozen=True, slots=True)
class End:
    """Holds at the end of the whole text only, and takes nothing of it."""


Expression = Letter | Chain | Choice | Repeat | Begin | End

NOTHING: Final = Choice()
EMPTY: Final = Chain()
ANYTHING: Final = Repeat(Letter(letters.ALL))


def exact(text: str, *, ignore_case: bool = False) -> Expression:
    """Return the language of one text, or of all spellings of it."""
    sets = (letters.of(one) for one in text)
    return Chain(tuple(Letter(letters.folded(one) if ignore_case else one) for one in sets))


def prefix(text: str, *, ignore_case: bool = False) -> Expression:
    """Return the texts that begin with `text`."""
    return Chain((exact(text, ignore_case=ignore_case), ANYTHING))


def suffix(text: str, *, ignore_case: bool = False) -> Expression:
    """Return the texts that end with `text`."""
    return Chain((ANYTHING, exact(text, ignore_case=ignore_case)))


def containing(text: str, *, ignore_case: bool = False) -> Expression:
    """Return the texts with `text` somewhere in them."""
    return Chain((ANYTHING, exact(text, ignore_case=ignore_case), ANYTHING))


def segments_under(text: str, *, ignore_case: bool = False) -> Expression:
    """Return the path `text` and every path below it, by whole segments."""
    below = Chain((Letter(letters.of("/")), ANYTHING))
    return Chain((exact(text, ignore_case=ignore_case), Choice((EMPTY, below))))


def one_of(texts: Sequence[str]) -> Expression:
    """Return the language of the given texts."""
    return Choice(tuple(exact(one) for one in texts))
