"""Mixer's attribute expressions, as far as a proxy of today knows their attributes.

Source: Istio's documentation of Mixer's expression language and of its attributes, up to 1.4.
"""

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["label", "service", "header", "address", "constant", "other"]

_FORMS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("label", re.compile(r'destination\.labels\["([^"]+)"\]')),
    ("service", re.compile(r"destination\.service(\.host|\.name)?")),
    ("header", re.compile(r'request\.headers\["([^"]+)"\]')),
    ("address", re.compile(r"(?:source|origin)\.ip")),
    ("constant", re.compile(r'"([^"]*)"')),
)
_ALTERNATIVE = re.compile(r'\|(?=(?:[^"]*"[^"]*")*[^"]*$)')
_EQUAL = re.compile(r'\s*([^=|!]+?)\s*==\s*"([^"]*)"\s*')


@dataclass(frozen=True, slots=True)
class Attribute:
    """What an expression is about; `name` of a label or header, `default` where it is absent."""

    kind: Kind
    name: str = ""
    default: str | None = None


def attribute_in(expression: str) -> Attribute:
    """Read `a | b | "c"`: its first attribute decides, a text at the end is the default."""
    parts = [part.strip() for part in _ALTERNATIVE.split(expression)]
    last = _FORMS[-1][1].fullmatch(parts[-1])
    default = last[1] if last is not None and len(parts) > 1 else None
    for kind, form in _FORMS:
        found = form.fullmatch(parts[0])
        if found is not None:
            return Attribute(kind, (found[1] or "") if form.groups else "", default)
    return Attribute("other", expression, default)


def conditions_in(match: str) -> tuple[tuple[Attribute, str], ...] | None:
    """Read `a == "x" && b == "y"`, the empty text included; None for anything else."""
    if not match.strip():
        return ()
    found = []
    for part in match.split("&&"):
        equal = _EQUAL.fullmatch(part)
        if equal is None:
            return None
        found.append((attribute_in(equal[1]), equal[2]))
    return tuple(found)
