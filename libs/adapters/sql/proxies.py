"""Proxies: what was last known of each."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, select

from libs.adapters.sql import codec
from libs.adapters.sql.lookups import AnyRow, rows_of
from libs.adapters.sql.schema import PROXIES
from libs.adapters.sql.transactions import touch
from libs.adapters.sql.upserts import upsert
from libs.kernel.ids import ProxyId
from libs.kernel.proxies import ProxyRecord, SyncStatus


def read_proxies(connection: Connection) -> Sequence[ProxyRecord]:
    """Return all proxies by id; sorted here, since databases disagree about order of text."""
    records = [_record(row) for row in connection.execute(select(PROXIES))]
    return sorted(records, key=lambda record: record.id)


def write_proxies(connection: Connection, records: Iterable[ProxyRecord]) -> None:
    """Insert or replace; of two records of one proxy the later one counts."""
    wanted: dict[ProxyId, ProxyRecord] = {record.id: record for record in records}
    stored = {
        row.id: _record(row)
        for row in rows_of(connection, select(PROXIES), PROXIES.c.id, wanted.keys())
    }
    changed = [record for record in wanted.values() if stored.get(record.id) != record]
    if changed:
        upsert(connection, PROXIES, [_row(record) for record in changed])
        touch(connection)


def _record(row: AnyRow) -> ProxyRecord:
    return ProxyRecord(
        id=row.id,
        cluster=row.cluster,
        status=SyncStatus(row.status),
        snapshot=row.snapshot,
        live_revision=row.live_revision,
        live_at_s=row.live_at_s,
        carried=row.carried,
        error=row.error,
        about=row.about,
        versions=codec.load_versions(row.versions),
        refused=codec.load_refused(row.refused),
    )


def _row(record: ProxyRecord) -> dict[str, Any]:
    return {
        "id": record.id,
        "cluster": record.cluster,
        "status": record.status.value,
        "snapshot": record.snapshot,
        "live_revision": record.live_revision,
        "live_at_s": record.live_at_s,
        "carried": record.carried,
        "error": record.error,
        "about": record.about,
        "versions": codec.dump_versions(record.versions),
        "refused": codec.dump_refused(record.refused),
    }
