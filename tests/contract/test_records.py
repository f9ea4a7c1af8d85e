"""What `Records` promises, asked of a file and of memory."""

from pathlib import Path

import pytest

from libs.adapters.records.file import FileRecords
from libs.fakes.records import MemoryRecords
from libs.ports.records import Records


@pytest.fixture(params=["file", "fake"])
def records(request: pytest.FixtureRequest, tmp_path: Path) -> Records:
    """Records of each kind."""
    if request.param == "fake":
        return MemoryRecords()
    return FileRecords(tmp_path / "records", "code")


def test_nothing_is_there_at_first(records: Records) -> None:
    """A name that nobody used has no record."""
    assert records.get("a") is None


@pytest.mark.parametrize("record", [b"", b"\0\xff", b"x" * 100_000])
def test_a_record_comes_back_as_it_was(records: Records, record: bytes) -> None:
    """Any bytes, also none."""
    records.put("a", record)
    records.put("b", b"other")
    assert records.get("a") == record
    assert records.get("b") == b"other"


def test_the_first_record_of_a_name_stays(records: Records) -> None:
    """Names are of contents, so a second record is the same or a mistake."""
    records.put("a", b"1")
    records.put("a", b"2")
    assert records.get("a") == b"1"


def test_names_may_be_any_text(records: Records) -> None:
    """A name is no path."""
    for name in ("../a", "", "ä", "a" * 1000):
        records.put(name, name.encode())
        assert records.get(name) == name.encode()
