"""What a model refuses, in our sentences: the path, what is wrong, what to write instead."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from libs.meshapi.base import Model
from libs.meshapi.patterns import HINTS
from libs.meshapi.positions import Written
from libs.meshapi.problems import Path, Problem
from libs.meshapi.quoting import path_text, quoted
from libs.meshapi.schema import annotation_at, field_names, suggestion, words
from libs.meshapi.secret import Secret

_TEXT = "a text"
_WANTED = {
    "string_type": _TEXT,
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing_size": "a whole number of at most 64 bits",
    "float_type": "a number",
    "bool_type": "`true` or `false`",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "int_or_text": "a number or a name",
}


@dataclass(frozen=True, slots=True)
class _Finding:
    """One error of a model, with what a sentence about it needs."""

    model: type[Model]
    path: Path
    details: ErrorDetails
    tree: Written
    prefix: Path

    @property
    def place(self) -> str:
        """The path as users read it."""
        return f"`{path_text(self.path)}`" if self.path else "the object"

    @property
    def input(self) -> Any:
        """The value that was refused."""
        return self.details["input"]

    @property
    def hidden(self) -> bool:
        """Whether the value may be a secret and must not be shown."""
        return self.model is Secret and self.path[:1] != ("metadata",)

    def source(self) -> str:
        """Return the refused scalar as it is written, for a proposal in quotes."""
        text = self.tree.source_text((*self.prefix, *self.path))
        return quoted(f'"{text}"') if text else "it in quotes"


def problems_of(
    error: ValidationError, model: type[Model], tree: Written, prefix: Path
) -> Iterator[Problem]:
    """Translate every error that `model` found in the object at `prefix` of `tree`."""
    found = error.errors(include_url=False, include_context=True)
    refused_items = {details["loc"][:-1] for details in found}
    for details in found:
        # A list that is short only because an item of it was refused is no second mistake.
        if details["type"] == "too_short" and details["loc"] in refused_items:
            continue
        path = tuple(part for part in details["loc"] if part != "[key]")
        yield _problem(_Finding(model, path, details, tree, prefix))


def _problem(finding: _Finding) -> Problem:
    kind = finding.details["type"]
    if kind == "extra_forbidden":
        return Problem(finding.path, _unknown_field(finding), at_key=True)
    if finding.input is None and kind != "missing":
        return Problem(finding.path, empty_value(finding.path), at_key=True)
    if finding.hidden and kind != "missing":
        return Problem(finding.path, _hidden(finding))
    sentence = _SENTENCES.get(kind, _wrong_type if kind in _WANTED else _wrong_value)
    return Problem(finding.path, sentence(finding))


def _hidden(finding: _Finding) -> str:
    wanted = _WANTED.get(finding.details["type"], "of another form")
    hint = "; put the value in quotes" if wanted is _TEXT else ""
    return f"{finding.place} must be {wanted}{hint}"


def empty_value(path: Path) -> str:
    """Say that a key has nothing behind its colon."""
    return f"`{path_text(path)}` has no value; write one or remove the line"


def _unknown_field(finding: _Finding) -> str:
    *parents, name = finding.path
    allowed = field_names(annotation_at(finding.model, tuple(parents)))
    where = f" in `{path_text(tuple(parents))}`" if parents else ""
    return f"unknown field {quoted(str(name))}{where}; {suggestion(str(name), allowed)}"


def _missing(finding: _Finding) -> str:
    *parents, name = finding.path
    where = f" in `{path_text(tuple(parents))}`" if parents else ""
    return f"{quoted(str(name))} is missing{where}; write it"


def _wrong_type(finding: _Finding) -> str:
    wanted = _WANTED[finding.details["type"]]
    if wanted is _TEXT and isinstance(finding.input, bool | int | float):
        is_now = "a boolean" if isinstance(finding.input, bool) else "a number"
        return f"{finding.place} must be a text and is {is_now}; write {finding.source()}"
    hint = "; remove the quotes" if _quoted_number(finding) else ""
    return f"{finding.place} must be {wanted} and is {_what(finding.input)}{hint}"


def _quoted_number(finding: _Finding) -> bool:
    text = finding.input
    return finding.details["type"] == "int_type" and isinstance(text, str) and text.isdecimal()


def _what(value: Any) -> str:
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, int | float):
        return f"the number {quoted(str(value))}"
    if isinstance(value, str):
        return f"the text {quoted(value)}"
    return "a mapping" if isinstance(value, dict) else "a list"


def _wrong_word(finding: _Finding) -> str:
    allowed = words(annotation_at(finding.model, finding.path))
    if not isinstance(finding.input, str):
        return f"{finding.place} is {_what(finding.input)}; {suggestion('', allowed)}"
    hint = suggestion(finding.input, allowed)
    return f"{finding.place} cannot be {quoted(finding.input)}; {hint}"


def _too_small(finding: _Finding) -> str:
    least = finding.details["ctx"]["ge"]
    shown = quoted(str(finding.input))
    return f"{finding.place} is {shown}; write a number of at least {_plain(least)}"


def _too_large(finding: _Finding) -> str:
    most = finding.details["ctx"]["le"]
    shown = quoted(str(finding.input))
    return f"{finding.place} is {shown}; write a number of at most {_plain(most)}"


def _plain(number: float) -> str:
    return str(int(number) if float(number).is_integer() else number)


def _empty(finding: _Finding) -> str:
    return f"{finding.place} is empty; write a value"


def _too_long(finding: _Finding) -> str:
    most = finding.details["ctx"]["max_length"]
    return f"{finding.place} is longer than {most} characters; shorten it"


def _too_many(finding: _Finding) -> str:
    most = finding.details["ctx"]["max_length"]
    return f"{finding.place} has more than {most} items; keep at most {most}"


def _too_few(finding: _Finding) -> str:
    return f"{finding.place} is empty; write at least one item"


def _pattern(finding: _Finding) -> str:
    hint = HINTS[finding.details["ctx"]["pattern"]]
    return f"{finding.place} cannot be {_value(finding)}; write {hint}"


def _share(finding: _Finding) -> str:
    return f"{finding.place} cannot be {_value(finding)}; write a number such as `3`, or `10%`"


def _value(finding: _Finding) -> str:
    plain = isinstance(finding.input, str | int | float)
    return quoted(str(finding.input)) if plain else _what(finding.input)


def _duration(finding: _Finding) -> str:
    shown = quoted(str(finding.input)) if isinstance(finding.input, str | int | float) else "this"
    return f"{finding.place}: {shown} is no duration; write one such as `1.5s`, `100ms` or `1h30m`"


def _wrong_value(finding: _Finding) -> str:
    return f"{finding.place} has a value that cannot be used here; see the kind's documentation"


_SENTENCES: dict[str, Callable[[_Finding], str]] = {
    "missing": _missing,
    "literal_error": _wrong_word,
    "greater_than_equal": _too_small,
    "less_than_equal": _too_large,
    "string_too_short": _empty,
    "duration": _duration,
    "string_too_long": _too_long,
    "string_pattern_mismatch": _pattern,
    "too_long": _too_many,
    "too_short": _too_few,
    "count_or_percent": _share,
}
