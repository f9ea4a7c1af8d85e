"""Reads manifests page by page; a page that was read lately is not read again."""

import threading
from collections import OrderedDict
from collections.abc import Collection, Iterable
from sys import intern
from typing import Any

from sqlalchemy import Connection, select

from libs.adapters.sql.lookups import rows_of
from libs.adapters.sql.schema import KEY_COLUMNS, MANIFEST_PAGES, MANIFESTS, PAGE_ENTRIES
from libs.kernel.ids import ObjectHash, TreeHash
from libs.kernel.origins import ObjectKey, Origin
from libs.kernel.revisions import Manifest, ManifestEntry

PAGES_KEPT_MAX = 512

Entries = tuple[ManifestEntry, ...]


class PageMemo:
    """The entries of pages that were read lately. A page never changes, so none is ever stale."""

    def __init__(self) -> None:
        """Start empty."""
        self._lock = threading.Lock()
        self._pages: OrderedDict[str, Entries] = OrderedDict()

    def get(self, pages: Iterable[str]) -> dict[str, Entries]:
        """Return those of the pages that are kept."""
        with self._lock:
            found = {page: self._pages[page] for page in pages if page in self._pages}
            for page in found:
                self._pages.move_to_end(page)
            return found

    def put(self, pages: dict[str, Entries]) -> None:
        """Keep pages; those that nobody asked for longest go."""
        with self._lock:
            self._pages.update(pages)
            while len(self._pages) > PAGES_KEPT_MAX:
                self._pages.popitem(last=False)


def read_manifest(connection: Connection, memo: PageMemo, tree: TreeHash) -> Manifest | None:
    """Return a manifest; None when it was never stored or has expired."""
    query = select(MANIFESTS.c.tree).where(MANIFESTS.c.tree == tree)
    if connection.execute(query).scalar_one_or_none() is None:
        return None
    order = (
        select(MANIFEST_PAGES.c.page)
        .where(MANIFEST_PAGES.c.tree == tree)
        .order_by(MANIFEST_PAGES.c.position)
    )
    pages = list(connection.execute(order).scalars())
    entries = memo.get(pages)
    read = _read_pages(connection, set(pages) - entries.keys())
    memo.put(read)
    entries |= read
    return Manifest(tree, tuple(entry for page in pages for entry in entries[page]))


def _read_pages(connection: Connection, pages: Collection[str]) -> dict[str, Entries]:
    columns = PAGE_ENTRIES.c
    query = select(
        columns.page,
        columns.object,
        *(columns[name] for name in KEY_COLUMNS),
        columns.file,
        columns.at_line,
        columns.at_column,
    ).order_by(columns.page, columns.position)
    found: dict[str, list[ManifestEntry]] = {}
    for page, *entry in rows_of(connection, query, columns.page, pages):
        found.setdefault(page, []).append(_entry(*entry))
    return {page: tuple(entries) for page, entries in found.items()}


def _entry(item: ObjectHash, *rest: Any) -> ManifestEntry:
    group, kind, namespace, name, file, line, column = rest
    # The same few groups, kinds, namespaces and files stand in thousands of entries.
    key = ObjectKey(intern(group), intern(kind), intern(namespace), name)
    return ManifestEntry(item, key, Origin(intern(file), line, column))
