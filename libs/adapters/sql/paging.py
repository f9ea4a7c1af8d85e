"""Cuts a manifest's entries into pages that neighbouring versions of a set share.

A page ends behind an entry whose object hash says so, not after a fixed number: an object that is
added or removed moves the cuts beside it and no others.
"""

import hashlib
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from libs.kernel.revisions import ManifestEntry

ENTRIES_PER_PAGE_MEAN = 64
ENTRIES_PER_PAGE_MAX = 512
_ID_BYTES = 16


@dataclass(frozen=True, slots=True)
class Page:
    """A run of entries. `id` is the fingerprint of their content and order."""

    id: str
    entries: tuple[ManifestEntry, ...]


def pages_of(entries: tuple[ManifestEntry, ...]) -> Iterator[Page]:
    """Yield the pages that together hold all entries in order; none for no entries."""
    start = 0
    for end, entry in enumerate(entries, start=1):
        if _ends_page(entry) or end - start == ENTRIES_PER_PAGE_MAX or end == len(entries):
            yield _page(entries[start:end])
            start = end


def _ends_page(entry: ManifestEntry) -> bool:
    return zlib.crc32(entry.object.encode()) % ENTRIES_PER_PAGE_MEAN == 0


def _page(entries: tuple[ManifestEntry, ...]) -> Page:
    # The standard library's JSON: it is unambiguous, and escapes what UTF-8 cannot hold.
    content = json.dumps([_fields(entry) for entry in entries]).encode()
    return Page(hashlib.blake2b(content, digest_size=_ID_BYTES).hexdigest(), entries)


def _fields(entry: ManifestEntry) -> tuple[str | int, ...]:
    key, origin = entry.key, entry.origin
    place = (origin.file, origin.line, origin.column)
    return (entry.object, key.group, key.kind, key.namespace, key.name, *place)
