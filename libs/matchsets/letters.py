"""The alphabet: the printable characters of ASCII, and sets of them as bits of an integer.

Other characters are in no set: a pattern that asks for one matches nothing here.
"""

from collections.abc import Iterable
from typing import Final

FIRST: Final = 0x20
LAST: Final = 0x7E
NONE: Final = 0
ALL: Final = (1 << (LAST - FIRST + 1)) - 1

_NICE: Final = "aebcdfghijklmnopqrstuvwxyz1234567890/-ABCDEFGHIJKLMNOPQRSTUVWXYZ_.~"
"""Letters that read well in an example, the best first."""


def of(characters: Iterable[str]) -> int:
    """Return the set of characters; those outside the alphabet are left out."""
    found = NONE
    for one in characters:
        if FIRST <= ord(one) <= LAST:
            found |= 1 << (ord(one) - FIRST)
    return found


def between(low: int, high: int) -> int:
    """Return the set of the characters from one code point to another, both included."""
    return of(map(chr, range(max(low, FIRST), min(high, LAST) + 1)))


def members(letters: int) -> str:
    """Return the characters of a set in the order of their code points."""
    return "".join(chr(FIRST + bit) for bit in range(letters.bit_length()) if letters >> bit & 1)


def folded(letters: int) -> int:
    """Return a set with both cases of each of its characters."""
    text = members(letters)
    return letters | of(text.lower()) | of(text.upper())


def example(letters: int) -> str:
    """Return the character of a set that reads best in an example. The set must not be empty."""
    for one in _NICE:
        if letters >> (ord(one) - FIRST) & 1:
            return one
    return chr(FIRST + (letters & -letters).bit_length() - 1)
