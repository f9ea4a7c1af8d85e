"""What differs: names between two snapshots, and paths within one resource."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from libs.confighash.canonical import canonical
from libs.confighash.division import SPLITS, Split, divided
from libs.confighash.schema import SCHEMAS, knows
from libs.confighash.wire import fields, read_varint

_LOCALITY = "envoy.config.endpoint.v3.LocalityLbEndpoints"
_ENDPOINT = "envoy.config.endpoint.v3.LbEndpoint"
_NAMES = {
    "envoy.config.route.v3.VirtualHost": ((1,),),
    "envoy.config.route.v3.Route": ((14,),),
    "envoy.config.listener.v3.FilterChain": ((7,),),
    _LOCALITY: ((1, 1), (1, 2), (1, 3)),
    _ENDPOINT: ((1, 1, 1, 2), (1, 1, 1, 3), (1, 1, 2, 1)),
}
_JOIN = {_LOCALITY: "/", _ENDPOINT: ":"}


class Changes(NamedTuple):
    """Names that are new, that have another fingerprint, and that are gone; each sorted."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]

    def __bool__(self) -> bool:
        """Tell whether anything differs."""
        return bool(self.added or self.changed or self.removed)


def compare(old: Mapping[str, str], new: Mapping[str, str]) -> Changes:
    """Compare two snapshots, each a fingerprint by name."""
    return Changes(
        tuple(sorted(new.keys() - old.keys())),
        tuple(sorted(name for name in old.keys() & new.keys() if old[name] != new[name])),
        tuple(sorted(old.keys() - new.keys())),
    )


def differences(type_name: str, old: bytes, new: bytes) -> tuple[str, ...]:
    """Return paths to what differs in meaning, such as `virtual_hosts[a:80].routes[r1]`.

    A part that has no name is shown by its number, from 0. Empty when Envoy would see no change.
    """
    if not knows(type_name):
        return () if old == new else ("",)
    return tuple(_differences(type_name, canonical(old, type_name), canonical(new, type_name)))


def _differences(type_name: str, old: bytes, new: bytes) -> Iterator[str]:
    split = SPLITS.get(type_name)
    if split is None:
        yield from _fields(type_name, old, new)
        return
    (old_rest, old_parts), (new_rest, new_parts) = (
        divided(each, split.number) for each in (old, new)
    )
    yield from _fields(type_name, old_rest, new_rest)
    was, now = named(split, old_parts), named(split, new_parts)
    changes = compare_parts(was, now)
    for name in changes:
        inner = tuple(_differences(split.type_name, was.get(name, b""), now.get(name, b"")))
        both = name in was and name in now
        for path in inner if both and split.type_name in SPLITS else ("",):
            yield f"{split.field}[{name}]{'.' if path else ''}{path}"
    if not changes and list(was) != list(now):
        yield f"{split.field} (order)"


def compare_parts(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> tuple[str, ...]:
    """Return the names of parts that are not the same on both sides, in their order."""
    return tuple(name for name in {**old, **new} if old.get(name) != new.get(name))


def named(split: Split, parts: list[bytes]) -> dict[str, bytes]:
    """Return the parts by name; one without a name, or with one that is taken, gets its number."""
    found: dict[str, bytes] = {}
    for number, part in enumerate(parts):
        texts = [_text(part, path) for path in _NAMES[split.type_name]]
        name = _JOIN.get(split.type_name, "").join(text for text in texts if text)
        found[str(number) if not name else f"{name}#{number}" if name in found else name] = part
    return found


def _fields(type_name: str, old: bytes, new: bytes) -> Iterator[str]:
    """Give the names of fields that differ between two canonical messages."""
    was, now = _by_number(old), _by_number(new)
    for number in sorted({**was, **now}):
        if was.get(number) != now.get(number):
            yield SCHEMAS[type_name].by_number[number].name


def _by_number(buf: bytes) -> dict[int, list[bytes]]:
    found: dict[int, list[bytes]] = {}
    for number, _, _, begin, stop in fields(buf):
        found.setdefault(number, []).append(buf[begin:stop])
    return found


def _text(buf: bytes, path: tuple[int, ...]) -> str:
    """Return the text or number at a path of field numbers of a canonical message, or nothing."""
    for depth, number in enumerate(path, 1):
        found = _by_number(buf).get(number)
        if found is None:
            return ""
        buf = found[0]
        if depth == len(path) and len(path) == 4 and number == 3:
            return str(read_varint(buf, 0)[0])
    return buf.decode("utf-8", "replace")
