"""Inventories: the objects that we have in a cluster, or may have."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import astuple
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select

from libs.adapters.sql.lookups import AnyRow
from libs.adapters.sql.schema import INVENTORY, KEY_COLUMNS
from libs.adapters.sql.transactions import touch
from libs.adapters.sql.upserts import upsert
from libs.kernel.ids import ClusterName
from libs.kernel.inventory import InventoryRecord, Phase
from libs.kernel.origins import ObjectKey

NAMES_MAX = 500
"""So many names stand in one question; databases limit them."""


def read_inventory(connection: Connection, cluster: ClusterName) -> Sequence[InventoryRecord]:
    """Return the records of a cluster by key; sorted here, since databases disagree about text."""
    rows = connection.execute(select(INVENTORY).where(INVENTORY.c.cluster == cluster))
    return sorted((_record(row) for row in rows), key=lambda record: record.key)


def write_inventory(
    connection: Connection,
    cluster: ClusterName,
    records: Iterable[InventoryRecord],
    gone: Collection[ObjectKey],
) -> None:
    """Insert, replace and drop records of a cluster."""
    wanted = {record.key: record for record in records if record.key not in gone}
    stored = _named(connection, cluster, [*wanted, *gone])
    changed = [record for key, record in wanted.items() if stored.get(key) != record]
    dropped = [key for key in dict.fromkeys(gone) if key in stored]
    if not changed and not dropped:
        return
    upsert(connection, INVENTORY, [_row(cluster, record) for record in changed])
    if dropped:
        _delete(connection, cluster, dropped)
    touch(connection)


def _named(
    connection: Connection, cluster: ClusterName, keys: Sequence[ObjectKey]
) -> dict[ObjectKey, InventoryRecord]:
    """Return the records with the names of these keys: a batch need not read a large inventory."""
    names = sorted({key.name for key in keys})
    found: dict[ObjectKey, InventoryRecord] = {}
    for start in range(0, len(names), NAMES_MAX):
        chosen = INVENTORY.c.name.in_(names[start : start + NAMES_MAX])
        rows = connection.execute(select(INVENTORY).where(INVENTORY.c.cluster == cluster, chosen))
        found |= {record.key: record for record in map(_record, rows)}
    return found


def _delete(connection: Connection, cluster: ClusterName, keys: Sequence[ObjectKey]) -> None:
    statement = delete(INVENTORY).where(
        INVENTORY.c.cluster == cluster,
        *(INVENTORY.c[name] == bindparam(f"of_{name}") for name in KEY_COLUMNS),
    )
    values = [
        {f"of_{name}": value for name, value in zip(KEY_COLUMNS, astuple(key), strict=True)}
        for key in keys
    ]
    connection.execute(statement, values)


def _record(row: AnyRow) -> InventoryRecord:
    return InventoryRecord(
        key=ObjectKey(row.api_group, row.kind, row.namespace, row.name),
        version=row.version,
        set=row.set_name,
        phase=Phase(row.phase),
        desired=row.desired,
        uid=row.uid,
        generation=row.generation,
        owned=row.owned,
    )


def _row(cluster: ClusterName, record: InventoryRecord) -> dict[str, Any]:
    return dict(zip(KEY_COLUMNS, astuple(record.key), strict=True)) | {
        "cluster": cluster,
        "version": record.version,
        "set_name": record.set,
        "phase": record.phase.value,
        "desired": record.desired,
        "uid": record.uid,
        "generation": record.generation,
        "owned": record.owned,
    }
