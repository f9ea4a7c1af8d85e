"""`Records` in a file to which records are only ever appended.

The file starts with the mark of the code whose records they are; under another mark it is emptied.
A record is a head, a name and a content. What a crash left half written at the
end is cut off when the file is opened. One process writes, which a lock makes sure of; another that
opens the same file reads what is there and writes nothing.
"""

import fcntl
import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from struct import Struct
from zlib import crc32

from libs.kernel.looperrors import StalledError, TransientError

BYTES_MAX = 536_870_912
_MARK_BYTES = 32
_HEAD = Struct(">III")
"""Length of name and content together, check sum of both, length of the name."""


class FileRecords:
    """Records of one file, found by an index in memory."""

    def __init__(self, path: Path, mark: str, bytes_max: int = BYTES_MAX) -> None:
        """Open or make the file at `path`, of at most `bytes_max` bytes.

        Raises `StalledError` when it cannot be opened.
        """
        self._mark = sha256(mark.encode()).digest()
        self._bytes_max = bytes_max
        self._index: dict[str, tuple[int, int]] = {}
        self._end = _MARK_BYTES
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            self._writable = _locked(self._file)
            self._load()
        except OSError as error:
            reason = f"the records at {path} cannot be opened: {error.strerror}"
            raise StalledError(reason) from error

    def get(self, name: str) -> bytes | None:
        """Return the record under `name`."""
        found = self._index.get(name)
        if found is None:
            return None
        start, length = found
        return os.pread(self._file, length, start)

    def put(self, name: str, record: bytes) -> None:
        """Append a record; one for which there is no room makes room for itself alone."""
        if not self._writable or name in self._index:
            return
        label = name.encode()
        content = label + record
        size = _HEAD.size + len(content)
        if _MARK_BYTES + size > self._bytes_max:
            return
        head = _HEAD.pack(len(content), crc32(content), len(label))
        try:
            if self._end + size > self._bytes_max:
                self._empty()
            _write_all(self._file, head + content, self._end)
        except OSError as error:
            raise TransientError(f"a record cannot be written: {error.strerror}") from error
        self._end += size
        self._index[name] = (self._end - len(record), len(record))

    def close(self) -> None:
        """Give up the file and its lock."""
        os.close(self._file)

    def _load(self) -> None:
        """Index what is whole; cut off what is not, or everything that is another code's."""
        size = os.fstat(self._file).st_size
        data = b"" if size > self._bytes_max else os.pread(self._file, size, 0)
        if data[:_MARK_BYTES] == self._mark:
            for name, start, length in _whole(data):
                self._index[name] = (start, length)
                self._end = start + length
            if self._writable:
                os.ftruncate(self._file, self._end)
        elif self._writable:
            self._empty()

    def _empty(self) -> None:
        self._index.clear()
        self._end = _MARK_BYTES
        os.ftruncate(self._file, 0)
        _write_all(self._file, self._mark, 0)


def _locked(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _whole(data: bytes) -> Iterator[tuple[str, int, int]]:
    """Give name, start and length of each record up to the first that is not whole."""
    at, view = _MARK_BYTES, memoryview(data)
    while at + _HEAD.size <= len(data):
        length, check, name_length = _HEAD.unpack_from(data, at)
        start = at + _HEAD.size
        name_end, at = start + name_length, start + length
        if at > len(data) or name_end > at or crc32(view[start:at]) != check:
            return
        yield data[start:name_end].decode(), name_end, at - name_end


def _write_all(file: int, data: bytes, at: int) -> None:
    while data:
        written = os.pwrite(file, data, at)
        data, at = data[written:], at + written
