"""A file of records survives crashes, other code, other processes and want of room."""

from pathlib import Path

import pytest

from libs.adapters.records.file import FileRecords
from libs.kernel.looperrors import StalledError


def test_records_outlive_the_process(tmp_path: Path) -> None:
    """What was put is there after the file was closed and opened again."""
    records = FileRecords(tmp_path / "a", "code")
    records.put("one", b"1" * 1000)
    records.put("two", b"")
    records.close()
    again = FileRecords(tmp_path / "a", "code")
    assert again.get("one") == b"1" * 1000
    assert again.get("two") == b""
    assert again.get("three") is None


@pytest.mark.parametrize("cut", range(1, 22))
def test_what_a_crash_left_half_written_is_cut_off(tmp_path: Path, cut: int) -> None:
    """The records before it stay, and new ones can follow."""
    path = tmp_path / "a"
    records = FileRecords(path, "code")
    records.put("one", b"first")
    records.put("two", b"second")
    records.close()
    path.write_bytes(path.read_bytes()[:-cut])
    again = FileRecords(path, "code")
    assert again.get("one") == b"first"
    assert again.get("two") is None
    again.put("two", b"third")
    again.close()
    assert FileRecords(path, "code").get("two") == b"third"


def test_a_flipped_bit_is_no_record(tmp_path: Path) -> None:
    """Content that is not what was written is not returned."""
    path = tmp_path / "a"
    records = FileRecords(path, "code")
    records.put("one", b"first")
    records.close()
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    assert FileRecords(path, "code").get("one") is None


def test_records_of_other_code_are_forgotten(tmp_path: Path) -> None:
    """A release that reads otherwise starts with nothing."""
    records = FileRecords(tmp_path / "a", "code")
    records.put("one", b"1")
    records.close()
    other = FileRecords(tmp_path / "a", "other code")
    assert other.get("one") is None
    other.close()
    assert FileRecords(tmp_path / "a", "code").get("one") is None


def test_a_second_process_reads_and_does_not_write(tmp_path: Path) -> None:
    """Two writers would tear each other's records apart."""
    first = FileRecords(tmp_path / "a", "code")
    first.put("one", b"1")
    second = FileRecords(tmp_path / "a", "code")
    second.put("two", b"2")
    assert second.get("one") == b"1"
    assert second.get("two") is None


def test_the_file_never_grows_beyond_its_room(tmp_path: Path) -> None:
    """When there is no room the file starts again, and what cannot fit at all is not kept."""
    path = tmp_path / "a"
    records = FileRecords(path, "code", bytes_max=500)
    for number in range(50):
        records.put(str(number), b"x" * 100)
        assert path.stat().st_size <= 500
        assert records.get(str(number)) == b"x" * 100
    records.put("large", b"x" * 500)
    assert records.get("large") is None
    assert records.get("49") == b"x" * 100


def test_only_the_owner_may_read_the_file(tmp_path: Path) -> None:
    """It holds what the repository holds."""
    FileRecords(tmp_path / "a", "code")
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600


def test_a_place_that_cannot_be_opened_is_said(tmp_path: Path) -> None:
    """A person has to choose another folder."""
    with pytest.raises(StalledError, match="cannot be opened"):
        FileRecords(tmp_path / "no" / "folder", "code")
