"""Variables into the scalars of a value that was parsed before: text can never become structure.

A plain scalar that is one variable and nothing else is read as Kubernetes would read the variable's
text if it stood there without quotes. Everything else is text. What a variable holds is never
looked into again.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from libs.desired.sourced import Path, Source, Sourced
from libs.meshapi.limits import DEFAULT_LIMITS
from libs.meshapi.quoting import quoted
from libs.meshapi.scalars import Unreadable, plain_value
from libs.meshapi.schema import suggestion
from libs.meshapi.unrendered import pointer_of
from libs.meshapi.variables import MARK, Use, parts_of

CHARACTERS_MAX = DEFAULT_LIMITS.file_bytes_max
"""What one object may take from variables; small ones can be used very often."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at a path of a layer. `name` is a variable that it is about."""

    path: Path
    text: str
    name: str = ""


@dataclass(slots=True)
class Substitution:
    """Fills values of one layer. `hidden`: the values may be secret, so no message shows them."""

    values: Mapping[str, str]
    whole: Collection[str]
    hidden: bool = False
    faults: list[Fault] = field(default_factory=list)
    characters_left: int = CHARACTERS_MAX

    def filled(self, value: Any, source: Source) -> Sourced:
        """Return a plain value of one layer with every variable's text; faults are collected."""
        layer, path = source.layer, source.path
        if isinstance(value, dict):
            filled = {
                key: self.filled(one, Source(layer, (*path, key))) for key, one in value.items()
            }
            return Sourced(filled, source)
        if isinstance(value, list | tuple):
            items = (
                self.filled(one, Source(layer, (*path, index))) for index, one in enumerate(value)
            )
            return Sourced(tuple(items), source)
        if isinstance(value, str) and MARK in value:
            return self._scalar(value, source)
        return Sourced(value, source)

    def _scalar(self, text: str, source: Source) -> Sourced:
        parts = parts_of(text)
        names = tuple(dict.fromkeys(one.name for one in parts if isinstance(one, Use)))
        found = "".join(one if isinstance(one, str) else self._text(one, source) for one in parts)
        self.characters_left -= len(found)
        if pointer_of(source.path) not in self.whole:
            return Sourced(found, source, names)
        value = plain_value(found)
        if isinstance(value, Unreadable):
            shown = "its value" if self.hidden else quoted(found)
            sentence = f"{shown} {value.value}; put the variable in quotes if it is a text"
            self.faults.append(Fault(source.path, f"variable `{names[0]}`: {sentence}", names[0]))
            return Sourced(found, source, names)
        return Sourced(value, source, names)

    def _text(self, use: Use, source: Source) -> str:
        if self.characters_left < 0:
            if not any(one.name == "" for one in self.faults):
                text = f"with its variables the object has more than {CHARACTERS_MAX} characters; "
                self.faults.append(Fault((), text + "use shorter values"))
            return ""
        found = self.values.get(use.name, use.default)
        if found is None:
            self.faults.append(Fault(source.path, self._unknown(use.name), use.name))
            return ""
        return found

    def _unknown(self, name: str) -> str:
        if self.hidden:
            return "this uses an unknown variable; define it, or write `$${` for the text `${`"
        hint = suggestion(name, tuple(sorted(self.values)))
        advice = "define it in `spec.variables`" if hint == "remove it" else hint
        default = "${" + name + ":=...}"
        return (
            f"unknown variable `{name}`; {advice} (`{default}` gives a default, `$${{` is the "
            "text `${`)"
        )
