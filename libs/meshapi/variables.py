"""How a text uses variables: `${name}`, `${name:=default}`, and `$${` for the text `${` itself.

A run of several dollar signs before a brace stands for itself with one of them less, so that every
text can be written.
"""

import re
from dataclasses import dataclass

MARK = "${"
"""No text without it uses a variable."""

_BEGIN = re.compile(r"(\$+)\{")
_USE = re.compile(r"\$\{(?P<name>[A-Za-z_][A-Za-z0-9_-]*)(?::=(?P<default>[^{}]*))?\}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


@dataclass(frozen=True, slots=True)
class Use:
    """One variable in a text; `default` is its value where nobody defines it, None for none."""

    name: str
    default: str | None = None


Part = str | Use


def parts_of(text: str) -> tuple[Part, ...]:
    """Split a text into what stands for itself and the variables between.

    Raises `ValueError` with a sentence for a `${` that begins no variable.
    """
    parts: list[Part] = []
    literal, at = "", 0
    while found := _BEGIN.search(text, at):
        literal += text[at : found.start()]
        dollars = len(found[1])
        if dollars > 1:
            literal += "$" * (dollars - 1) + "{"
            at = found.end()
            continue
        use = _USE.match(text, found.start())
        if use is None:
            raise ValueError(
                "`${` begins a variable; write `${name}` or `${name:=default}`, or `$${` for the "
                "text `${`"
            )
        parts += [literal] if literal else []
        parts.append(Use(use["name"], use["default"]))
        literal, at = "", use.end()
    literal += text[at:]
    return (*parts, literal) if literal else tuple(parts)


def is_name(text: str) -> bool:
    """Say whether a variable can have this name."""
    return _NAME.fullmatch(text) is not None


def escaped(text: str) -> str:
    """Return what has to be written for a text in which nothing is a variable."""
    return _BEGIN.sub(r"$\1{", text) if MARK in text else text
