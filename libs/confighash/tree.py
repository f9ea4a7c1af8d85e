"""Fingerprints of resources as trees: one digest for each natural part, one over all of them.

A route configuration splits into virtual hosts, a listener into filter chains, an assignment into
localities, and these again. The written format is in `docs/fingerprint-format.md`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from libs.confighash.canonical import canonical
from libs.confighash.fingerprint import DIGEST_BYTES, FORMAT, fingerprint
from libs.confighash.schema import LENGTH, knows
from libs.confighash.wire import MalformedError, delimited, field_at

BYTES = "bytes"
SEMANTIC = "semantic"
MEMO_ENTRIES_MAX = 65_536
MEMO_BYTES_MAX = 64 * 1024 * 1024


class Split(NamedTuple):
    """The repeated field at which a type is split: its number, its tag byte, name and type."""

    number: int
    field: str
    type_name: str


SPLITS = {
    "envoy.config.route.v3.RouteConfiguration": Split(
        2, "virtual_hosts", "envoy.config.route.v3.VirtualHost"
    ),
    "envoy.config.route.v3.VirtualHost": Split(3, "routes", "envoy.config.route.v3.Route"),
    "envoy.config.listener.v3.Listener": Split(
        3, "filter_chains", "envoy.config.listener.v3.FilterChain"
    ),
    "envoy.config.endpoint.v3.ClusterLoadAssignment": Split(
        2, "endpoints", "envoy.config.endpoint.v3.LocalityLbEndpoints"
    ),
    "envoy.config.endpoint.v3.LocalityLbEndpoints": Split(
        2, "lb_endpoints", "envoy.config.endpoint.v3.LbEndpoint"
    ),
}


class Memo(dict):  # type: ignore[type-arg]
    """Digests of parts by their bytes, for one type and one kind of fingerprint. Bounded.

    When a limit is reached it starts again from nothing, which costs one cold pass.
    """

    def __init__(self, type_name: str, kind: str = BYTES) -> None:
        """Start empty."""
        super().__init__()
        self.type_name = type_name
        self.kind = kind
        self._head = b"\0".join((FORMAT, f"{kind}:{type_name}".encode(), b""))
        self._held_bytes = 0

    def __missing__(self, part: bytes) -> bytes:
        if len(self) >= MEMO_ENTRIES_MAX or self._held_bytes + len(part) > MEMO_BYTES_MAX:
            self.clear()
            self._held_bytes = 0
        body = canonical(part, self.type_name) if self.kind == SEMANTIC else part
        framed = self._head + len(body).to_bytes(8, "big") + body
        digest = hashlib.sha256(framed).digest()[:DIGEST_BYTES]
        self._held_bytes += len(part)
        self[part] = digest
        return digest

    def digests(self, parts: Sequence[bytes]) -> Iterable[bytes]:
        """Return the digest of each part; many at once while nothing is remembered yet."""
        size = sum(map(len, parts)) if not self and self.kind == BYTES else MEMO_BYTES_MAX + 1
        if size > MEMO_BYTES_MAX or len(parts) > MEMO_ENTRIES_MAX:
            return map(self.__getitem__, parts)
        found = self.fresh(parts)
        self._held_bytes = size
        self.update(zip(parts, found))  # noqa: B905 - Python 3.9 has no strict
        return found

    def fresh(self, parts: Sequence[bytes]) -> list[bytes]:
        """Return the digest of each part as it is, remembering nothing."""
        head, sha256 = self._head, hashlib.sha256
        return [
            sha256(head + len(part).to_bytes(8, "big") + part).digest()[:DIGEST_BYTES]
            for part in parts
        ]


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
        self._memo = Memo(self._split.type_name if self._split else type_name, self.kind)

    def of_bytes(self, resource: bytes) -> str:
        """Return the fingerprint of a serialised resource; MalformedError when it is none."""
        if self._split is None:
            digest: bytes = self._memo[resource]
            return digest.hex()
        rest, parts = divided(resource, self._split.number)
        return self.of_parts(rest, parts)

    def of_parts(self, rest: bytes, parts: Sequence[bytes]) -> str:
        """Return the same from the payloads of the split field, and all other fields as one."""
        digests = b"".join(self._memo.digests(parts))
        body = canonical(rest, self.type_name) if self.kind == SEMANTIC else rest
        return fingerprint(f"{self.kind}:{self.type_name}", body, digests)

    def many(self, resources: Sequence[bytes]) -> list[str]:
        """Return the fingerprints of several serialised resources."""
        if self._split is None:
            # To remember whole resources costs as much as to hash their bytes again.
            direct = self.kind == BYTES
            found = self._memo.fresh(resources) if direct else self._memo.digests(resources)
            return [digest.hex() for digest in found]
        return [self.of_bytes(each) for each in resources]


def divided(buf: bytes, number: int) -> tuple[bytes, list[bytes]]:
    """Return the bytes of all other fields, and the payloads of one length-delimited field."""
    if number > 15:
        raise ValueError(f"field {number}: only fields up to 15 can be split.")
    tag, pos, end = number << 3 | 2, 0, len(buf)
    rest: list[bytes] = []
    parts: list[bytes] = []
    while pos < end:
        # The usual part, with a tag of one byte and a length of two, is read without a call.
        if buf[pos] == tag and pos + 2 < end and buf[pos + 1] > 127 and buf[pos + 2] < 128:
            begin = pos + 3
            stop = begin + (buf[pos + 1] & 127 | buf[pos + 2] << 7)
            if stop > end:
                raise MalformedError(f"byte {pos}: a part runs out; give a complete message.")
            parts.append(buf[begin:stop])
        else:
            found, wire, begin, stop = field_at(buf, pos)
            if found == number and wire == LENGTH:
                parts.append(buf[begin:stop])
            else:
                rest.append(buf[pos:stop])
        pos = stop
    return b"".join(rest), parts


def joined(rest: bytes, number: int, parts: Iterable[bytes]) -> bytes:
    """Return a message that `divided` takes apart into the same."""
    return rest + b"".join(delimited(number, part) for part in parts)
