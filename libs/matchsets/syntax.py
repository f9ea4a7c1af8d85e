r"""Reads RE2's syntax of regular expressions.

Source: RE2's own description of its syntax. Lazy repetition is read as greedy: which texts match as
a whole is the same. Word boundaries (`\b`, `\B`) are refused.
"""

import unicodedata
from dataclasses import dataclass, field, replace
from typing import Final

from libs.matchsets import letters
from libs.matchsets.expressions import (
    EMPTY,
    Begin,
    Chain,
    Choice,
    End,
    Expression,
    Letter,
    Repeat,
)

REPEATS_MAX: Final = 1000
"""RE2's own limit of a counted repetition."""

_PERL: Final = {
    "d": letters.between(0x30, 0x39),
    "w": letters.of("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"),
    "s": letters.of(" "),
}
_POSIX: Final = {
    "alnum": str.isalnum,
    "alpha": str.isalpha,
    "ascii": str.isascii,
    "blank": lambda one: one == " ",
    "cntrl": lambda _: False,
    "digit": str.isdigit,
    "graph": lambda one: one != " ",
    "lower": str.islower,
    "print": lambda _: True,
    "punct": lambda one: one != " " and not one.isalnum(),
    "space": lambda one: one == " ",
    "upper": str.isupper,
    "word": lambda one: one.isalnum() or one == "_",
    "xdigit": lambda one: one in "0123456789abcdefABCDEF",
}
_CONTROLS: Final = {"a": 7, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11}
_FLAGS: Final = frozenset("imsU")


class SyntaxUnsupportedError(ValueError):
    """A pattern that is not read here; the text says which part of it."""


def regex(pattern: str) -> Expression:
    """Return the texts that a pattern matches as a whole. Raises SyntaxUnsupportedError."""
    reader = _Reader(pattern)
    found = reader.choice(_Flags())
    if reader.at < len(pattern):
        raise SyntaxUnsupportedError(f"`)` without `(` in regex `{pattern}`")
    return found


@dataclass(frozen=True, slots=True)
class _Flags:
    ignore_case: bool = False


@dataclass(slots=True)
class _Reader:
    """A pattern and how far it is read."""

    pattern: str
    at: int = 0
    flags: _Flags = field(default_factory=_Flags)

    def choice(self, flags: _Flags) -> Expression:
        """Read alternatives up to the end or to a closing bracket. Flags end with their group."""
        self.flags = flags
        parts = [self._chain()]
        while self._take("|"):
            parts.append(self._chain())
        return parts[0] if len(parts) == 1 else Choice(tuple(parts))

    def _chain(self) -> Expression:
        parts: list[Expression] = []
        while self.at < len(self.pattern) and self.pattern[self.at] not in "|)":
            parts.append(self._repeated(self._atom()))
        return parts[0] if len(parts) == 1 else Chain(tuple(parts))

    def _take(self, text: str) -> bool:
        if self.pattern.startswith(text, self.at):
            self.at += len(text)
            return True
        return False

    def _next(self) -> str:
        if self.at >= len(self.pattern):
            raise SyntaxUnsupportedError(f"regex `{self.pattern}` ends too early")
        self.at += 1
        return self.pattern[self.at - 1]

    def _until(self, end: str) -> str:
        stop = self.pattern.find(end, self.at)
        if stop < 0:
            raise SyntaxUnsupportedError(f"`{end}` is missing in regex `{self.pattern}`")
        text = self.pattern[self.at : stop]
        self.at = stop + len(end)
        return text

    def _repeated(self, part: Expression) -> Expression:
        while (bounds := self._bounds()) is not None:
            self._take("?")
            part = Repeat(part, *bounds)
        return part

    def _bounds(self) -> tuple[int, int | None] | None:
        """Read a repetition operator; a brace that is none stands for itself."""
        for text, bounds in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self._take(text):
                return bounds
        stop = self.pattern.find("}", self.at)
        if not self.pattern.startswith("{", self.at) or stop < 0:
            return None
        low, comma, high = self.pattern[self.at + 1 : stop].partition(",")
        if not _is_number(low) or (high and not _is_number(high)):
            return None
        self.at = stop + 1
        least, most = int(low), int(high) if high else None if comma else int(low)
        if max(least, most or 0) > REPEATS_MAX:
            raise SyntaxUnsupportedError(f"more than {REPEATS_MAX} repeats in `{self.pattern}`")
        return least, most

    def _atom(self) -> Expression:
        one = self._next()
        if one == "(":
            return self._group()
        if one == "[":
            return Letter(self._class())
        if one == "\\":
            return self._escaped()
        if one == ".":
            return Letter(letters.ALL)
        if one in "^$":
            return Begin() if one == "^" else End()
        return self._letter(letters.of(one))

    def _letter(self, found: int) -> Letter:
        return Letter(letters.folded(found) if self.flags.ignore_case else found)

    def _group(self) -> Expression:
        outer = inner = self.flags
        if self._take("?P<") or self._take("?<"):
            self._until(">")
        elif self._take("?"):
            inner, alone = self._flags()
            if alone:
                self.flags = inner
                return EMPTY
        found = self.choice(inner)
        if not self._take(")"):
            raise SyntaxUnsupportedError(f"`)` is missing in regex `{self.pattern}`")
        self.flags = outer
        return found

    def _flags(self) -> tuple[_Flags, bool]:
        """Read `i-s:` or `i-s)`; the second value says that no group follows."""
        flags, on = self.flags, True
        while (one := self._next()) not in ":)":
            if one == "-":
                on = False
            elif one not in _FLAGS:
                raise SyntaxUnsupportedError(f"flag `{one}` in regex `{self.pattern}`")
            elif one == "i":
                flags = replace(flags, ignore_case=on)
        return flags, one == ")"

    def _escaped(self) -> Expression:
        one = self._next()
        if one == "Q":
            stop = self.pattern.find("\\E", self.at)
            text = self.pattern[self.at : stop if stop >= 0 else None]
            self.at = stop + 2 if stop >= 0 else len(self.pattern)
            return Chain(tuple(self._letter(letters.of(each)) for each in text))
        if one in "Az":
            return Begin() if one == "A" else End()
        if one == "C":
            return Letter(letters.ALL)
        named = self._named(one)
        return Letter(named) if named is not None else self._letter(self._single(one))

    def _named(self, one: str) -> int | None:
        r"""Return the set of `\d`, `\W`, `\pL`, `\P{Lu}` and their like; None for no such name."""
        if one.lower() in _PERL:
            found = _PERL[one.lower()]
        elif one in "pP":
            name = self._next()
            name = self._until("}") if name == "{" else name
            inverted = name.startswith("^")
            found = _category(name.removeprefix("^"))
            found = letters.ALL & ~found if inverted else found
        else:
            return None
        found = letters.folded(found) if self.flags.ignore_case else found
        return letters.ALL & ~found if one.isupper() else found

    def _single(self, one: str) -> int:
        return letters.between(code := self._code(one), code)

    def _code(self, one: str) -> int:
        """Return the code point of an escaped character whose first letter is read."""
        if one in _CONTROLS:
            return _CONTROLS[one]
        if one == "x":
            first = self._next()
            digits = self._until("}") if first == "{" else first + self._next()
            return _number(digits, 16, self.pattern)
        if one in "01234567":
            digits = one
            while len(digits) < 3 and self.pattern[self.at : self.at + 1] in tuple("01234567"):
                digits += self._next()
            return _number(digits, 8, self.pattern)
        if one.isalnum():
            raise SyntaxUnsupportedError(f"`\\{one}` in regex `{self.pattern}`")
        return ord(one)

    def _class(self) -> int:
        inverted, found, first = self._take("^"), letters.NONE, True
        while not self._take("]") or first:
            if first and self.pattern[self.at - 1] == "]":
                found |= self._range(ord("]"))
            elif self._take("[:"):
                found |= self._posix(self._until(":]"))
            else:
                found |= self._member()
            first = False
        found = letters.folded(found) if self.flags.ignore_case else found
        return letters.ALL & ~found if inverted else found

    def _posix(self, name: str) -> int:
        kind = _POSIX.get(name.removeprefix("^"))
        if kind is None:
            raise SyntaxUnsupportedError(f"`[:{name}:]` in regex `{self.pattern}`")
        found = letters.of(filter(kind, letters.members(letters.ALL)))
        return letters.ALL & ~found if name.startswith("^") else found

    def _member(self) -> int:
        one = self._next()
        if one != "\\":
            return self._range(ord(one))
        escape = self._next()
        named = self._named(escape)
        return named if named is not None else self._range(self._code(escape))

    def _range(self, low: int) -> int:
        """Read what follows a dash; a dash before the closing bracket stands for itself."""
        follows = self.pattern[self.at : self.at + 2]
        if not follows.startswith("-") or follows == "-]" or len(follows) < 2:
            return letters.between(low, low)
        self.at += 1
        one = self._next()
        high = self._code(self._next()) if one == "\\" else ord(one)
        return letters.between(low, high)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _number(digits: str, base: int, pattern: str) -> int:
    try:
        return int(digits, base)
    except ValueError as error:
        raise SyntaxUnsupportedError(f"`{digits}` is no number in `{pattern}`") from error


def _category(name: str) -> int:
    """Return the characters of a Unicode category; of the scripts only Latin has any here."""
    if name == "Any":
        return letters.ALL
    if name == "Latin":
        return letters.of(filter(str.isalpha, letters.members(letters.ALL)))
    if len(name) > 2:
        raise SyntaxUnsupportedError(f"character class `{name}`")
    return letters.of(
        one for one in letters.members(letters.ALL) if unicodedata.category(one).startswith(name)
    )
