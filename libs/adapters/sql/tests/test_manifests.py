"""Tests of reading manifests, and of what is read again."""

from sqlalchemy import Engine

from libs.adapters.sql.contents import insert_contents
from libs.adapters.sql.manifests import PAGES_KEPT_MAX, PageMemo, read_manifest
from libs.adapters.sql.tests.database import PLACE, statements
from libs.adapters.sql.tests.values import manifest, stored
from libs.adapters.sql.transactions import read, write
from libs.kernel.ids import TreeHash


def test_only_pages_not_seen_before_are_read(engine: Engine) -> None:
    """A second manifest that shares all pages with the first reads no entries."""
    objects = [stored(number) for number in range(500)]
    both = [manifest("t1", objects), manifest("t2", objects)]
    write(engine, PLACE, lambda c: insert_contents(c, objects, both))
    memo = PageMemo()
    assert read(engine, PLACE, lambda c: read_manifest(c, memo, TreeHash("t1"))) == both[0]
    with statements(engine) as seen:
        assert read(engine, PLACE, lambda c: read_manifest(c, memo, TreeHash("t2"))) == both[1]
    assert not any("page_entries" in statement for statement in seen)


def test_the_memo_forgets_what_was_used_longest_ago() -> None:
    """It keeps a bounded number of pages, those that were asked for last."""
    memo = PageMemo()
    memo.put({str(number): () for number in range(PAGES_KEPT_MAX)})
    memo.get(["0"])
    memo.put({"new": ()})
    assert memo.get(["0", "1", "new"]).keys() == {"0", "new"}
