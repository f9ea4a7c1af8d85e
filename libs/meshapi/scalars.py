"""Plain scalars as Kubernetes reads them: YAML 1.1 words, Go's number literals, nothing else.

`y`, `yes`, `on` and their opposites are booleans, `010` and `0o10` are octal, underscores in
numbers are dropped, dates and base-60 numbers stay text. A float that is whole becomes an integer,
because JSON, which an API server is given, has only numbers.
"""

import math
import re
from enum import Enum

_TRUE = ("true", "True", "TRUE")
_FALSE = ("false", "False", "FALSE")
_NULL = ("", "~", "null", "Null", "NULL")
_TRUE_IN_DISGUISE = ("y", "Y", "yes", "Yes", "YES", "on", "On", "ON")
_FALSE_IN_DISGUISE = ("n", "N", "no", "No", "NO", "off", "Off", "OFF")
_UNREPRESENTABLE = tuple(
    sign + word
    for sign in ("", "+", "-")
    for word in (".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN")
)

WORDS: dict[str, bool | None] = (
    dict.fromkeys(_TRUE + _TRUE_IN_DISGUISE, True)
    | dict.fromkeys(_FALSE + _FALSE_IN_DISGUISE, False)
    | dict.fromkeys(_NULL, None)
)
"""Plain words that are no text."""

DISGUISED = frozenset(_TRUE_IN_DISGUISE + _FALSE_IN_DISGUISE)
"""Words that surprise people by being booleans."""

WORD_STARTS = frozenset("yYnNtTfFoO~")
NUMBER_STARTS = frozenset("+-.0123456789")

_INTEGER = re.compile(r"[-+]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)", re.ASCII)
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", re.ASCII)
_OCTAL = re.compile(r"[-+]?0[oO]?[0-7]+", re.ASCII)
_INTEGER_MIN, _INTEGER_MAX = -(2**63), 2**63 - 1
_NO_SURPRISE = frozenset("123456789")
_SAFE_DIGITS = 18
_DIGITS_MAX = 400
_KEY_MIN, _KEY_MAX, _KEY_DIGITS_MAX = 1e-4, 1e6, 6


class Unreadable(Enum):
    """Why a number cannot be carried as JSON."""

    TOO_LARGE = "does not fit into 64 bits"
    NO_NUMBER = "is no finite number"


def number_of(text: str) -> int | float | str | Unreadable:
    """Read a plain scalar that starts like a number; text that is none comes back as it is."""
    if text[0] in _NO_SURPRISE and len(text) < _SAFE_DIGITS and text.isdecimal():
        return int(text)
    if text in _UNREPRESENTABLE:
        return Unreadable.NO_NUMBER
    bare = text.replace("_", "")
    if _INTEGER.fullmatch(bare):
        return _integer(bare)
    if _FLOAT.fullmatch(bare):
        return _real(bare)
    return text


def plain_value(text: str) -> bool | int | float | str | Unreadable | None:
    """Read a text as a plain scalar that stands alone."""
    if text in WORDS:
        return WORDS[text]
    return number_of(text) if text[:1] in NUMBER_STARTS else text


def surprise_in(text: str) -> bool:
    """Say whether a number is not what its decimal digits look like."""
    return "_" in text or _OCTAL.fullmatch(text) is not None


def is_plain_key(text: str, value: float | None) -> bool:
    """Say whether every reader makes the same text of a number that is a key.

    Kubernetes writes a float as one of 32 bits, with an exponent from a million on.
    """
    if value is None or _INTEGER.fullmatch(text.replace("_", "")):
        return True
    digits = f"{value:.17g}".lstrip("-").replace(".", "").strip("0")
    in_range = _KEY_MIN <= abs(value) < _KEY_MAX or (value == 0 and text[0] != "-")
    return in_range and len(digits) <= _KEY_DIGITS_MAX


def _integer(bare: str) -> int | Unreadable:
    if len(bare) > _DIGITS_MAX:
        return Unreadable.TOO_LARGE
    digits = bare.lstrip("+-")
    octal = len(digits) > 1 and digits[0] == "0" and digits[1].isdigit()
    value = int(digits, 8) if octal else int(digits, 0)
    value = -value if bare[0] == "-" else value
    return value if _INTEGER_MIN <= value <= _INTEGER_MAX else Unreadable.TOO_LARGE


def _real(bare: str) -> int | float | Unreadable:
    value = float(bare)
    if math.isinf(value):
        return Unreadable.TOO_LARGE
    return int(value) if value.is_integer() and abs(value) < _INTEGER_MAX else value
