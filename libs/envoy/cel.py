"""The syntax of CEL: whether Envoy can read an expression at all.

Names and types are not looked at: what an expression is about is known when a call is there.
"""

import re
from dataclasses import dataclass
from typing import Final

_TOKEN: Final = re.compile(
    r"""\s+ | //[^\n]*
    | (?P<string>[rRbB]{0,2}(?:\"\"\"(?s:.*?)\"\"\" | '''(?s:.*?)'''
        | "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*'))
    | (?P<number>0[xX][0-9a-fA-F]+[uU]? | [0-9]*\.[0-9]+(?:[eE][+-]?[0-9]+)?
        | [0-9]+[eE][+-]?[0-9]+ | [0-9]+[uU]?)
    | (?P<name>[_a-zA-Z][_a-zA-Z0-9]*)
    | (?P<mark>\|\| | && | == | != | <= | >= | [-+*/%!<>?:.,()\[\]{}])""",
    re.VERBOSE,
)
_BINARY: Final = frozenset(
    {"||", "&&", "==", "!=", "<", "<=", ">", ">=", "in", "+", "-", "*", "/", "%"}
)
_RESERVED: Final = re.compile(
    "as|break|const|continue|else|for|function|if|import|let|loop|package|namespace|return|var|void"
    "|while"
)
_LOOPS: Final = frozenset({"all", "exists", "exists_one", "filter", "map"})
"""Methods that go over a list, which Envoy does not run."""

_CALL: Final = 3
_END: Final = ""
_DEPTH_MAX: Final = 60


class _SyntaxError(Exception):
    """What is wrong with an expression."""


def fault(expression: str) -> str | None:
    """Return what is wrong with an expression, None when it can be read."""
    try:
        parser = _Parser(_tokens(expression))
        parser.expression()
        parser.expect(_END)
    except _SyntaxError as error:
        return str(error)
    return None


def _tokens(text: str) -> list[str]:
    """Return the words of an expression; a literal is a word of its own kind."""
    found, at = [], 0
    before: list[str] = []
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None:
            raise _SyntaxError(f"`{text[at]}` at character {at + 1} has no meaning in CEL")
        if token.lastgroup in ("string", "number"):
            found.append("literal")
        elif token.lastgroup is not None:
            word = token.group()
            found.append("name" if token.lastgroup == "name" and word != "in" else word)
            if _RESERVED.fullmatch(word):
                raise _SyntaxError(f"`{word}` is a reserved word of CEL; write another name")
            before = [*before[-2:], word]
            if len(before) == _CALL and before[1] in _LOOPS and (before[0], word) == (".", "("):
                raise _SyntaxError(f"Envoy does not run `{before[1]}`, which goes over a list")
        at = token.end()
    return [*found, _END]


@dataclass(slots=True)
class _Parser:
    """Reads words from left to right. Which operator binds first does not matter here."""

    words: list[str]
    at: int = 0
    depth: int = 0

    def expression(self) -> None:
        """Read operands with operators between them, and a choice behind."""
        self.depth += 1
        if self.depth > _DEPTH_MAX:
            raise _SyntaxError(f"the expression is nested deeper than {_DEPTH_MAX} levels")
        self._operand()
        while self.words[self.at] in _BINARY:
            self.at += 1
            self._operand()
        if self._takes("?"):
            self.expression()
            self.expect(":")
            self.expression()
        self.depth -= 1

    def expect(self, word: str) -> None:
        """Read one word. Raises _SyntaxError for another one."""
        if not self._takes(word, end=word == _END):
            found = self.words[self.at] or "its end"
            wanted = f"`{word}`" if word else "the end"
            raise _SyntaxError(f"the expression has {found} where {wanted} has to be")

    def _takes(self, word: str, *, end: bool = False) -> bool:
        if self.words[self.at] != word:
            return False
        self.at += 0 if end else 1
        return True

    def _operand(self) -> None:
        while self.words[self.at] in ("!", "-"):
            self.at += 1
        self._takes(".")
        self._primary()
        while self.words[self.at] in (".", "[", "(", "{"):
            self._member()

    def _primary(self) -> None:
        if self._takes("("):
            self.expression()
            self.expect(")")
        elif self.words[self.at] in ("[", "{"):
            self._member()
        elif not (self._takes("name") or self._takes("literal")):
            found = self.words[self.at] or "its end"
            raise _SyntaxError(f"the expression has {found} where a value has to be")

    def _member(self) -> None:
        """Read a field, an index, arguments, a list or a map."""
        if self._takes("."):
            self.expect("name")
        elif self._takes("["):
            self._several("]")
        elif self._takes("("):
            self._several(")")
        else:
            self.expect("{")
            self._several("}", pairs=True)

    def _several(self, closing: str, *, pairs: bool = False) -> None:
        while not self._takes(closing):
            self.expression()
            if pairs:
                self.expect(":")
                self.expression()
            if not self._takes(","):
                self.expect(closing)
                return
