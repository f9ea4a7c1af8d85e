"""Fingerprints of resources as trees: digests of groups of natural parts, one over all of them.

A route configuration splits into virtual hosts, a listener into filter chains, an assignment into
localities. Parts are hashed sixteen at a time: fewer calls, and still little to hash again when one
changes. The written format is in `docs/fingerprint-format.md`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence

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
    compare costs a fraction of a hash, and comparing retained parts costs next to nothing.
    """

    def __init__(self, domain: str, number: int) -> None:
        """Take the domain of the digests, and the number of the field that is split."""
        self._head = head(domain)
        self._number = number
        self._kept: dict[bytes, tuple[bytes | list[bytes], int, bytes]] = {}
        self._held_bytes = 0

    def of_fields(self, groups: Iterable[bytes]) -> Iterator[bytes]:
        """Give the digest of each group, which came as bytes with tags and lengths."""
        kept = self._kept
        for group in groups:
            key = group[:KEY_BYTES]
            found = kept.get(key)
            if found is not None and found[0] == group:
                yield found[2]
            else:
                yield self._hashed(key, group, group)

    def of_payloads(self, parts: Sequence[bytes]) -> Iterator[bytes]:
        """Give the same from the payloads of the field."""
        kept = self._kept
        for at in range(0, len(parts), GROUP_PARTS):
            group = list(parts[at : at + GROUP_PARTS])
            found = kept.get(group[0])
            if found is not None and found[0] == group:
                yield found[2]
            else:
                yield self._hashed(group[0], group, joined(b"", self._number, group))

    def _hashed(self, key: bytes, group: bytes | list[bytes], body: bytes) -> bytes:
        digest = hashlib.sha256(self._head + body).digest()[:DIGEST_BYTES]
        self._held_bytes += len(body) - self._kept.get(key, (b"", 0, b""))[1]
        if len(self._kept) >= MEMO_ENTRIES_MAX or self._held_bytes > MEMO_BYTES_MAX:
            self._kept.clear()
            self._held_bytes = len(body)
        self._kept[key] = (group, len(body), digest)
        return digest

    def __len__(self) -> int:
        """Return how many digests are held."""
        return len(self._kept)


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
        if self._canonicals is not None:
            rest = canonical(rest, self.type_name)
            parts = [self._canonicals[part] for part in parts]
        return fingerprint(self._domain, rest, b"".join(self._groups.of_payloads(parts)))

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
        rest, groups = grouped(resource, number)
        return fingerprint(self._domain, rest, b"".join(self._groups.of_fields(groups)))
