"""Records in memory are those of one process."""

from libs.fakes.records import MemoryRecords


def test_another_process_has_other_records() -> None:
    """Nothing is shared, so that tests stay apart."""
    first, second = MemoryRecords(), MemoryRecords()
    first.put("a", b"1")
    assert (first.get("a"), second.get("a")) == (b"1", None)
