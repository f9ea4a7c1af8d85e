"""Fingerprints of resources as trees: digests of groups of natural parts, one over all of them.

A route configuration splits into virtual hosts, a listener into filter chains, an assignment into
localities. Parts are hashed sixteen at a time: fewer calls, and still little to hash again when one
changes. The written format is in `docs/fingerprint-format.md`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from libs.confighash.canonical import canonical
from libs.confighash.division import GROUP_PARTS, SPLITS, divided, grouped, joined
from libs.confighash.fingerprint import DIGEST_BYTES, fingerprint, head
from libs.confighash.schema import knows

BYTES = "bytes"
SEMANTIC = "semantic"
KEY_BYTES = 96
MEMO_ENTRIES_MAX = 65_536
MEMO_BYTES_MAX = 64 * 1024 * 1024


class Canonicals(dict):  # type: ignore[type-arg]
    """Canonical forms by the bytes that they came as, for one type. Bounded.

    When a limit is reached it starts again from nothing, which costs one cold pass.
    """

    def __init__(self, type_name: str) -> None:
        """Start empty."""
        super().__init__()
        self.type_name = type_name
        self._held_bytes = 0

    def __missing__(self, part: bytes) -> bytes:
        made = canonical(part, self.type_name)
        size = len(part) if made is part else len(part) + len(made)
        if len(self) >= MEMO_ENTRIES_MAX or self._held_bytes + size > MEMO_BYTES_MAX:
            self.clear()
            self._held_bytes = 0
        self._held_bytes += size
        self[part] = made
        return made


class Groups:
    """Digests of groups of parts, for one type and one kind of fingerprint. Bounded.

    An entry is found by how its group begins, and is used only when all of the group is equal: to
    compare costs a fraction of a hash, and comparing retained parts costs next to nothing. Bytes
    are not copied to be kept; an entry refers to the newest resource that had its group.
    """

    def __init__(self, domain: str, number: int) -> None:
        """Take the domain of the digests, and the number of the field that is split."""
        self._head = head(domain)
        self._number = number
        self._rows: dict[bytes, tuple[bytes, int, int, bytes]] = {}
        self._lists: dict[bytes, tuple[list[bytes], bytes]] = {}
        self._held_bytes = 0

    def of_row(self, row: bytes, bounds: Sequence[int]) -> bytes:
        """Return the digests of the groups between `bounds` of bytes with tags and lengths."""
        self._make_room(len(row))
        rows, digests = self._rows, []
        for start, stop in zip(bounds, bounds[1:]):  # noqa: B905, RUF007 - Python 3.9
            group = row[start:stop]
            key = group[:KEY_BYTES]
            found = rows.get(key)
            if (
                found
                and found[2] - found[1] == stop - start
                and found[0].startswith(group, found[1])
            ):
                digest = found[3]
            else:
                digest = self._hashed(group)
            rows[key] = row, start, stop, digest
            digests.append(digest)
        if len(rows) < len(bounds) and not self._lists:
            # Every entry refers to this row now: nothing holds an older one.
            self._held_bytes = len(row)
        return b"".join(digests)

    def of_payloads(self, parts: Sequence[bytes]) -> bytes:
        """Return the same from the payloads of the field."""
        lists, digests = self._lists, []
        for at in range(0, len(parts), GROUP_PARTS):
            group = list(parts[at : at + GROUP_PARTS])
            found = lists.get(group[0])
            if found and found[0] == group:
                digest = found[1]
            else:
                row = joined(b"", self._number, group)
                self._make_room(len(row))
                digest = self._hashed(row)
                lists[group[0]] = group, digest
            digests.append(digest)
        return b"".join(digests)

    def _hashed(self, group: bytes) -> bytes:
        return hashlib.sha256(self._head + group).digest()[:DIGEST_BYTES]

    def _make_room(self, size: int) -> None:
        self._held_bytes += size
        if len(self) >= MEMO_ENTRIES_MAX or self._held_bytes > MEMO_BYTES_MAX:
            self._rows.clear()
            self._lists.clear()
            self._held_bytes = size

    def __len__(self) -> int:
        """Return how many digests are held."""
        return len(self._rows) + len(self._lists)


class Hasher:
    """Fingerprints resources of one type; keeps digests of their parts between calls.

    `kind` is `bytes` (bytes that are canonical by construction) or `semantic` (any bytes).
    A semantic fingerprint of a type that is not in the tables takes the bytes as they are.
    """

    def __init__(self, type_name: str, kind: str = BYTES) -> None:
        """Take a full message name, without `type.googleapis.com/`."""
        self.type_name = type_name
        self.kind = kind if knows(type_name) else BYTES
        self._split = SPLITS.get(type_name)
        self._domain = f"{self.kind}:{type_name}"
        part_type = self._split.type_name if self._split else type_name
        number = self._split.number if self._split else 0
        self._groups = Groups(f"{self.kind}-group:{part_type}", number)
        self._canonicals = Canonicals(part_type) if self.kind == SEMANTIC else None

    def of_bytes(self, resource: bytes) -> str:
        """Return the fingerprint of a serialised resource; MalformedError when it is none."""
        return self.many([resource])[0]

    def of_parts(self, rest: bytes, parts: Sequence[bytes]) -> str:
        """Return the same from the payloads of the split field, and all other fields as one."""
        return self.retained(rest, parts).fingerprint()

    def retained(self, rest: bytes, parts: Sequence[bytes]) -> Retained:
        """Return the resource as one whose parts can be replaced."""
        if self._canonicals is not None:
            rest = canonical(rest, self.type_name)
            parts = [self._canonicals[part] for part in parts]
        digests = self._groups.of_payloads(parts)
        return Retained(self, rest, parts, digests)

    def replaced(self, group: list[bytes], at: int, part: bytes) -> bytes:
        """Put a payload into a group of canonical ones, and return the group's digest then."""
        group[at] = part if self._canonicals is None else self._canonicals[part]
        return self._groups.of_payloads(group)

    def of_digests(self, rest: bytes, digests: bytes) -> str:
        """Return the fingerprint of canonical other fields and the digests of the groups."""
        return fingerprint(self._domain, rest, digests)

    def many(self, resources: Sequence[bytes]) -> list[str]:
        """Return the fingerprints of several serialised resources."""
        if self._split is not None:
            return [self._of_split(each, self._split.number) for each in resources]
        # To remember digests of whole resources costs as much as to hash their bytes again.
        before, sha256, digits = head(self._domain), hashlib.sha256, 2 * DIGEST_BYTES
        if self._canonicals is not None:
            resources = [self._canonicals[each] for each in resources]
        return [sha256(before + each).hexdigest()[:digits] for each in resources]

    def _of_split(self, resource: bytes, number: int) -> str:
        if self._canonicals is not None:
            return self.of_parts(*divided(resource, number))
        rest, row, bounds = grouped(resource, number)
        return fingerprint(self._domain, rest, self._groups.of_row(row, bounds))


class Retained:
    """A resource whose parts a producer keeps: replacing one costs its group, not the resource."""

    def __init__(self, hasher: Hasher, rest: bytes, parts: Sequence[bytes], digests: bytes) -> None:
        """Take canonical other fields and payloads, and the digests of the groups."""
        self._hasher = hasher
        self._rest = rest
        self._parts = parts
        self._digests = digests
        self._groups: dict[int, list[bytes]] = {}

    def fingerprint(self) -> str:
        """Return the fingerprint of the resource as it is now."""
        return self._hasher.of_digests(self._rest, self._digests)

    def replace(self, at: int, part: bytes) -> str:
        """Put another payload at a position from 0; return the fingerprint then, or IndexError."""
        if not 0 <= at < len(self._parts):
            raise IndexError(f"no part {at}: the resource has {len(self._parts)}, from 0.")
        number, within = divmod(at, GROUP_PARTS)
        if number not in self._groups:
            start = number * GROUP_PARTS
            self._groups[number] = list(self._parts[start : start + GROUP_PARTS])
        fresh = self._hasher.replaced(self._groups[number], within, part)
        begin = number * DIGEST_BYTES
        self._digests = self._digests[:begin] + fresh + self._digests[begin + DIGEST_BYTES :]
        return self.fingerprint()
