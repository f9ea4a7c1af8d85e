"""Tests of what proxies may say of themselves."""

from sqlalchemy import Engine

from libs.adapters.sql.proxies import read_proxies, write_proxies
from libs.adapters.sql.tests.database import PLACE, statements
from libs.adapters.sql.transactions import read, write
from libs.kernel.ids import ClusterName, ProxyId
from libs.kernel.proxies import ProxyRecord, SyncStatus


def record(proxy: str, error: str | None = None) -> ProxyRecord:
    """Return what is known of a proxy that just came."""
    cluster = ClusterName("cluster1")
    return ProxyRecord(ProxyId(proxy), cluster, SyncStatus.STALE, None, None, None, False, error)


def test_hostile_text_is_stored_marked(engine: Engine) -> None:
    """A proxy chooses its id and its errors: neither can stop the writer."""
    write(engine, PLACE, lambda c: write_proxies(c, [record("a\0b", error="\ud800")]))
    assert read(engine, PLACE, read_proxies) == [record("a\ufffdb", error="\ufffd")]


def test_only_proxies_that_changed_are_written(engine: Engine) -> None:
    """Repeating what is known costs no disk write."""
    many = [record(f"p{number}") for number in range(1200)]
    write(engine, PLACE, lambda c: write_proxies(c, many))
    with statements(engine) as seen:
        write(engine, PLACE, lambda c: write_proxies(c, many))
    assert not [one for one in seen if one.startswith(("INSERT", "UPDATE"))]
    assert len(read(engine, PLACE, read_proxies)) == 1200
