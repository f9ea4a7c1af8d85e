"""What is known of a message: its fields by number, by wire tag and by name; enums by name.

Read on demand from one line of text per package: `package|Message field field...|=Enum NAME=1...`.
A field is `number:name:` and a label, then a kind. Labels: none (implicit presence), `?` (explicit
presence), `*` (repeated), `N@` (member of oneof N), `%K` (map with keys of kind K). Kinds are one
letter: `i I u U z Z` varints of 32 and 64 bits (`z Z` zigzag), `f F x X` fixed, `r d` floating
point, `b` bool, `s` string, `y` bytes, `e` enum and `m` message, both followed by the full name.
"""

from __future__ import annotations

from typing import NamedTuple

from libs.confighash.schemadata import PACKAGES

_WIRE = {"f": 5, "x": 5, "r": 5, "F": 1, "X": 1, "d": 1, "s": 2, "y": 2, "m": 2}
LENGTH = 2


class Field(NamedTuple):
    """One field; `label` is one of `` ``, `?`, `*`, `@` and `%`."""

    number: int
    name: str
    label: str
    kind: str
    ref: str
    oneof: int
    key: str

    @property
    def wire(self) -> int:
        """Wire type of one value, maps being entries."""
        return LENGTH if self.label == "%" else _WIRE.get(self.kind, 0)

    @property
    def packable(self) -> bool:
        """Tell whether several values are written into one."""
        return self.label == "*" and self.kind not in "sym"


class Schema:
    """A message type. `tags` maps a canonical wire tag to what the scan needs to know of it."""

    __slots__ = ("by_name", "by_number", "name", "seen", "tags")

    def __init__(self, name: str, fields: list[Field]) -> None:
        """Index the fields."""
        self.name = name
        self.by_number = {field.number: field for field in fields}
        self.by_name = {key: field for field in fields for key in (field.name, camel(field.name))}
        self.seen: dict[bytes, bytes | None] = {}
        self.tags = {canonical_tag(field): field for field in fields}


class _Schemas(dict):  # type: ignore[type-arg]
    """Schemas by full name, read at their first use."""

    def __missing__(self, name: str) -> Schema:
        text = _texts()[name]
        made = Schema(name, [_field(each) for each in text.split(" ")[1:]])
        self[name] = made
        return made


SCHEMAS = _Schemas()
_TEXTS: dict[str, str] = {}
_ENUMS: dict[str, dict[str, int]] = {}


def forget() -> None:
    """Empty what the scan remembers of small messages: for measurements from cold."""
    for schema in SCHEMAS.values():
        schema.seen.clear()


def knows(name: str) -> bool:
    """Tell whether a full message name is in the tables."""
    return name in _texts()


def enum(name: str) -> dict[str, int]:
    """Return the numbers of an enum's names."""
    if name not in _ENUMS:
        pairs = (value.split("=") for value in _texts()[f"={name}"].split(" ")[1:])
        _ENUMS[name] = {label: int(number) for label, number in pairs}
    return _ENUMS[name]


def camel(name: str) -> str:
    """Return the JSON name that protobuf gives a field."""
    head, *rest = name.split("_")
    return head + "".join(part[:1].upper() + part[1:] for part in rest)


def canonical_tag(field: Field) -> int:
    """Return the tag under which the canonical form writes a field."""
    return field.number << 3 | (LENGTH if field.packable else field.wire)


def _texts() -> dict[str, str]:
    if not _TEXTS:
        for line in PACKAGES:
            package, *rows = line.split("|")
            for row in rows:
                local = row.split(" ", 1)[0]
                full = f"={package}.{local[1:]}" if local[0] == "=" else f"{package}.{local}"
                _TEXTS[full] = row
    return _TEXTS


def _field(text: str) -> Field:
    number, name, kind = text.split(":", 2)
    label, oneof, key = "", -1, ""
    if kind[0] == "%":
        label, key, kind = "%", kind[1], kind[2:]
    elif kind[0] in "*?":
        label, kind = kind[0], kind[1:]
    elif "@" in kind:
        label = "@"
        index, kind = kind.split("@")
        oneof = int(index)
    return Field(int(number), name, label, kind[0], kind[1:], oneof, key)
