"""Rules that several kinds share."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta

from libs.meshapi.base import Model
from libs.meshapi.durations import format_duration
from libs.meshapi.problems import Path, Problem
from libs.meshapi.rules import names
from libs.meshapi.schema import name_of

_NOTHING: tuple[object, ...] = (None, (), "", False)
_MILLISECOND = timedelta(milliseconds=1)
_EXPORT_MARKS = frozenset({".", "*", "~"})
_EXPORT_ALONE = "`{}` stands alone in `exportTo`; remove it or the other items"
PROTOCOLS = (
    "HTTP",
    "HTTPS",
    "HTTP2",
    "GRPC",
    "GRPC-WEB",
    "TCP",
    "TLS",
    "UDP",
    "MONGO",
    "MYSQL",
    "REDIS",
    "HTTP_PROXY",
    "HBONE",
)
"""Protocols of a port, in any case of letters."""


def each(
    path: Path, values: Sequence[str], fault_of: Callable[[str], str | None]
) -> Iterator[Problem]:
    """Check every item of a list of texts."""
    for index, value in enumerate(values):
        fault = fault_of(value)
        if fault is not None:
            yield Problem((*path, index), fault)


def unique(path: Path, values: Sequence[object], key: str, what: str) -> Iterator[Problem]:
    """Check that no item repeats an earlier one's `key`; empty values are free to repeat."""
    seen: dict[object, int] = {}
    for index, value in enumerate(values):
        if value in seen and value not in ("", None):
            text = f"{what} `{value}` is used twice, first by item {seen[value]}; give it another"
            yield Problem((*path, index, *filter(None, key.split("."))), text)
        seen.setdefault(value, index)


def written(model: Model, *attributes: str) -> tuple[str, ...]:
    """Return the users' names of those attributes that are set and not empty."""
    found = [one for one in attributes if getattr(model, one) not in _NOTHING]
    if not found:
        return ()
    fields = type(model).model_fields
    return tuple([name_of(fields[attribute], attribute) for attribute in found])


def listing(names: Sequence[str], last: str = "and") -> str:
    """Write names as prose: `a`, `b` and `c`."""
    marked = [f"`{name}`" for name in names]
    return f" {last} ".join([", ".join(marked[:-1]), marked[-1]] if len(marked) > 1 else marked)


def alternatives(path: Path, model: Model) -> Iterator[Problem]:
    """Check the alternatives that a model declares."""
    for group in model.ALTERNATIVES:
        yield from at_most_one(path, model, *group)


def at_most_one(path: Path, model: Model, *attributes: str) -> Iterator[Problem]:
    """Check that fields which exclude each other are not both written."""
    if len(model.model_fields_set.intersection(attributes)) < 2:
        return
    names = written(model, *attributes)
    if len(names) > 1:
        text = f"{listing(names)} exclude each other; keep one of them"
        yield Problem((*path, names[1]), text, at_key=True)


def duration_problem(path: Path, value: timedelta | None, *, zero: bool) -> Iterator[Problem]:
    """Check a duration: whole milliseconds, positive, or zero where that is allowed."""
    if value is None or (zero and not value):
        return
    if value < _MILLISECOND or value % _MILLISECOND:
        text = (
            f"`{format_duration(value)}` cannot be used; write whole milliseconds, at least `1ms`"
        )
        yield Problem(path, text)


def durations(path: Path, model: Model, *attributes: str) -> Iterator[Problem]:
    """Check durations that cannot be zero."""
    fields = type(model).model_fields
    for attribute in attributes:
        here = (*path, name_of(fields[attribute], attribute))
        yield from duration_problem(here, getattr(model, attribute), zero=False)


def exports(values: Sequence[str]) -> Iterator[Problem]:
    """Check `spec.exportTo`: namespaces, or one of `.`, `*` and `~` alone."""
    path: Path = ("spec", "exportTo")
    for index, value in enumerate(values):
        if value in _EXPORT_MARKS:
            fault = None if len(values) == 1 or value == "." else _EXPORT_ALONE.format(value)
        else:
            fault = names.label_fault(value)
        if fault is not None:
            yield Problem((*path, index), fault)
    yield from unique(path, values, "", "namespace")


def empty_keys(path: Path, values: Mapping[str, object], what: str) -> Iterator[Problem]:
    """Check that a map has no empty key."""
    if "" in values:
        yield Problem(path, f"a {what} has an empty name; write one")


def protocol_problem(path: Path, protocol: str) -> Iterator[Problem]:
    """Check that a protocol is one that a mesh knows."""
    if protocol and protocol.upper() not in PROTOCOLS:
        text = f"protocol `{protocol[:40]}` is not known; write one of {listing(PROTOCOLS, 'or')}"
        yield Problem(path, text)
