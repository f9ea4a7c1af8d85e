"""Tests of how a manifest is cut into pages."""

from hypothesis import given
from hypothesis import strategies as st

from libs.adapters.sql.paging import ENTRIES_PER_PAGE_MAX, pages_of
from libs.kernel.ids import ObjectHash
from libs.kernel.origins import ObjectKey, Origin
from libs.kernel.revisions import ManifestEntry


def entry(hash_: str, line: int = 1) -> ManifestEntry:
    """Return an entry of an object."""
    return ManifestEntry(ObjectHash(hash_), ObjectKey("g", "K", "n", hash_), Origin("f", line))


MANY = tuple(entry(f"{number:032x}") for number in range(2000))


@given(st.lists(st.text(max_size=3), max_size=400))
def test_pages_hold_all_entries_in_order(hashes: list[str]) -> None:
    """Nothing is lost, moved or doubled, and no page is empty."""
    entries = tuple(entry(hash_) for hash_ in hashes)
    pages = list(pages_of(entries))
    assert tuple(item for page in pages for item in page.entries) == entries
    assert all(page.entries for page in pages)


def test_one_changed_object_changes_two_pages_at_most() -> None:
    """All other pages keep their ids, whichever object changes."""
    before = {page.id for page in pages_of(MANY)}
    assert len(before) > 10
    for at in range(0, len(MANY), 97):
        changed = (*MANY[:at], entry(f"{at:032x}-changed"), *MANY[at + 1 :])
        assert len({page.id for page in pages_of(changed)} - before) <= 2


def test_an_added_or_removed_object_moves_no_other_cut() -> None:
    """Entries behind an insertion or a deletion stay in the pages that they had."""
    before = {page.id for page in pages_of(MANY)}
    for changed in (MANY[1:], (entry("new"), *MANY), (*MANY[:777], *MANY[778:])):
        assert len({page.id for page in pages_of(changed)} - before) <= 2


def test_a_page_is_named_by_place_as_well() -> None:
    """An object that only moved in its file makes another page."""
    (before,) = pages_of((entry("a", line=1),))
    (after,) = pages_of((entry("a", line=2),))
    assert before.id != after.id


def test_a_page_is_never_too_long() -> None:
    """Objects whose hashes never end a page are cut all the same."""
    stubborn = next(e for e in MANY if len(list(pages_of((e, e)))) == 1)
    pages = list(pages_of((stubborn,) * (ENTRIES_PER_PAGE_MAX * 2 + 1)))
    assert [len(page.entries) for page in pages] == [ENTRIES_PER_PAGE_MAX] * 2 + [1]
