"""Objects and manifests: content that is named by fingerprint and shared between revisions."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, insert, select

from libs.adapters.sql.lookups import present, rows_of
from libs.adapters.sql.paging import Page, pages_of
from libs.adapters.sql.schema import (
    KEY_COLUMNS,
    MANIFEST_PAGES,
    MANIFESTS,
    OBJECTS,
    PAGE_ENTRIES,
    PAGES,
)
from libs.adapters.sql.transactions import touch
from libs.kernel.ids import ObjectHash, TreeHash
from libs.kernel.origins import ObjectKey
from libs.kernel.revisions import Manifest, ManifestEntry, StoredObject
from libs.ports.store import StaleGenerationError


def read_objects(
    connection: Connection, hashes: Collection[ObjectHash]
) -> Mapping[ObjectHash, StoredObject]:
    """Return those of the objects that are stored."""
    columns = OBJECTS.c
    query = select(columns.hash, columns.body, *(columns[name] for name in KEY_COLUMNS))
    return {
        item: StoredObject(item, ObjectKey(*key), body)
        for item, body, *key in rows_of(connection, query, columns.hash, hashes)
    }


def insert_contents(
    connection: Connection, objects: Iterable[StoredObject], manifests: Iterable[Manifest]
) -> None:
    """Store what is not there yet.

    Raises StaleGenerationError when a new manifest names an object that is not stored, which
    happens when it expired after its writer had looked for it.
    """
    wrote_objects = _add_objects(connection, {item.hash: item for item in objects})
    wrote_manifests = _add_manifests(connection, {item.tree: item for item in manifests})
    if wrote_objects or wrote_manifests:
        touch(connection)


def _add_objects(connection: Connection, objects: Mapping[ObjectHash, StoredObject]) -> bool:
    missing = objects.keys() - present(connection, OBJECTS.c.hash, objects.keys())
    # Sorted: neighbours in the index are written together.
    rows = [_object_row(objects[ObjectHash(item)]) for item in sorted(missing)]
    return _insert(connection, OBJECTS, rows)


def _add_manifests(connection: Connection, manifests: Mapping[TreeHash, Manifest]) -> bool:
    missing = manifests.keys() - present(connection, MANIFESTS.c.tree, manifests.keys())
    paged = {tree: list(pages_of(manifests[TreeHash(tree)].entries)) for tree in sorted(missing)}
    _add_pages(connection, {page.id: page for pages in paged.values() for page in pages})
    _insert(connection, MANIFESTS, [{"tree": tree} for tree in paged])
    links = [
        {"tree": tree, "position": position, "page": page.id}
        for tree, pages in paged.items()
        for position, page in enumerate(pages)
    ]
    _insert(connection, MANIFEST_PAGES, links)
    return bool(paged)


def _add_pages(connection: Connection, pages: Mapping[str, Page]) -> None:
    missing = sorted(pages.keys() - present(connection, PAGES.c.id, pages.keys()))
    named = {entry.object for page in missing for entry in pages[page].entries}
    lacking = named - present(connection, OBJECTS.c.hash, named)
    if lacking:
        raise StaleGenerationError(
            f"{len(lacking)} of the objects that a manifest names are not stored,"
            f" such as {min(lacking)}"
        )
    _insert(connection, PAGES, [{"id": page} for page in missing])
    rows = [
        _entry_row(page, position, entry)
        for page in missing
        for position, entry in enumerate(pages[page].entries)
    ]
    _insert(connection, PAGE_ENTRIES, rows)


def _insert(connection: Connection, table: Any, rows: list[dict[str, Any]]) -> bool:
    if rows:
        connection.execute(insert(table), rows)
    return bool(rows)


def _object_row(item: StoredObject) -> dict[str, Any]:
    return {"hash": item.hash, "body": item.body, **_key_row(item.key)}


def _entry_row(page: str, position: int, entry: ManifestEntry) -> dict[str, Any]:
    return {
        "page": page,
        "position": position,
        "object": entry.object,
        **_key_row(entry.key),
        "file": entry.origin.file,
        "at_line": entry.origin.line,
        "at_column": entry.origin.column,
    }


def _key_row(key: ObjectKey) -> dict[str, str]:
    return {
        "api_group": key.group,
        "kind": key.kind,
        "namespace": key.namespace,
        "name": key.name,
    }
