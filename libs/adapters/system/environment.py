"""Settings of a service from environment variables: a frozen dataclass, a variable for each field.

`PREFIX` of the class stands before the field's name in capitals, `__` before those of settings
within settings. Lists and what is in them are JSON. This is all that small processes need, so that
they do not load a library for models that they have no other use for.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass
from enum import Enum
from types import UnionType
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

_T = TypeVar("_T")
_BOUNDS = "bounds"
_YES, _NO = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


class SettingsError(ValueError):
    """Settings that cannot be used; `problems` has a sentence for each, its variable first."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        """Keep the sentences."""
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Bounds:
    """Which values a number may have; `above` itself is none of them."""

    above: float | None = None
    least: float | None = None
    most: float | None = None

    def fault(self, value: float) -> str:
        """Return what is wrong with a value, empty where nothing is."""
        if self.above is not None and value <= self.above:
            return f"has to be more than {self.above:g}"
        if self.least is not None and value < self.least:
            return f"has to be at least {self.least:g}"
        if self.most is not None and value > self.most:
            return f"has to be at most {self.most:g}"
        return ""


def number(
    default: float,
    *,
    above: float | None = None,
    least: float | None = None,
    most: float | None = None,
) -> Any:
    """Declare a field that is a number within bounds."""
    return field(default=default, metadata={_BOUNDS: Bounds(above, least, most)})


def settings_from(kind: type[_T], environment: Mapping[str, str]) -> _T:
    """Return the settings that an environment says. Raises SettingsError."""
    problems: list[str] = []
    found = _read(kind, str(getattr(kind, "PREFIX", "")), environment, problems)
    if found is None or problems:
        raise SettingsError(tuple(problems))
    return found


def _read(
    kind: type[_T], prefix: str, environment: Mapping[str, str], problems: list[str]
) -> _T | None:
    """Return one dataclass; None where a field of it cannot be had, which is noted."""
    hints, values, before = get_type_hints(kind), dict[str, Any](), len(problems)
    for one in fields(cast("Any", kind)):
        name, wanted = prefix + one.name.upper(), hints[one.name]
        inner = _inner(wanted, f"{name}__", environment)
        if inner is not None:
            values[one.name] = _read(inner, f"{name}__", environment, problems)
        elif name in environment:
            try:
                values[one.name] = _within(one, _value(wanted, environment[name]))
            except ValueError as error:
                problems.append(f"{name}: {error}")
        elif one.default is MISSING and one.default_factory is MISSING:
            problems.append(f"{name}: has to be set")
    return _made(kind, values, prefix, problems) if len(problems) == before else None


def _inner(wanted: Any, prefix: str, environment: Mapping[str, str]) -> type[Any] | None:
    """Return the settings that a field holds; those that may be missing are where any is set."""
    for one in get_args(wanted) if isinstance(wanted, UnionType) else ():
        if is_dataclass(one) and any(name.startswith(prefix) for name in environment):
            return cast("type[Any]", one)
    return cast("type[Any]", wanted) if is_dataclass(wanted) else None


def _made(
    kind: Callable[..., _T], values: Mapping[str, Any], prefix: str, problems: list[str]
) -> _T | None:
    try:
        return kind(**values)
    except ValueError as error:
        problems.append(f"{prefix}*: {error}")
        return None


def _within(one: "Field[Any]", value: Any) -> Any:
    bounds = one.metadata.get(_BOUNDS)
    fault = bounds.fault(value) if bounds is not None else ""
    if fault:
        raise ValueError(fault)
    return value


def _value(wanted: Any, text: str) -> Any:
    """Read a variable. Raises ValueError with what is wrong."""
    if isinstance(wanted, UnionType):
        (wanted,) = (one for one in get_args(wanted) if one is not type(None))
        return _value(wanted, text) if text else None
    if get_origin(wanted) is tuple:
        return _list(get_args(wanted)[0], text)
    if wanted is bool:
        return _truth(text)
    if wanted in (int, float):
        return _number(wanted, text)
    if isinstance(wanted, type) and issubclass(wanted, Enum):
        choices = [str(one.value) for one in wanted]
        if text not in choices:
            raise ValueError(f"is none of {', '.join(choices)}")
    return wanted(text)


def _truth(text: str) -> bool:
    if text.lower() not in (*_YES, *_NO):
        raise ValueError("is neither true nor false")
    return text.lower() in _YES


def _number(wanted: type[int | float], text: str) -> float:
    try:
        return wanted(text)
    except ValueError:
        what = "a whole number" if wanted is int else "a number"
        raise ValueError(f"is not {what}") from None


def _list(item: Any, text: str) -> tuple[Any, ...]:
    try:
        found = json.loads(text)
    except ValueError:
        raise ValueError("is no JSON list") from None
    if not isinstance(found, list):
        raise ValueError("is no JSON list")  # noqa: TRY004 - a value of a user, not of a program
    return tuple(_item(item, one) for one in found)


def _item(item: Any, value: Any) -> Any:
    """Return one of a list: a text, or an object whose names are those of fields."""
    if not is_dataclass(item):
        return _value(item, str(value))
    if not isinstance(value, dict):
        raise ValueError("has something that is no object")  # noqa: TRY004 - as above
    known = {one.name for one in fields(item)}
    unknown = sorted(value.keys() - known)
    if unknown:
        raise ValueError(f"has unknown field `{unknown[0]}`; known are {', '.join(sorted(known))}")
    texts = {
        name.upper(): one if isinstance(one, str) else json.dumps(one)
        for name, one in value.items()
    }
    return settings_from(cast("type[Any]", item), texts)
