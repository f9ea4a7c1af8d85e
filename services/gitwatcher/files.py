"""Reads and parses files of a commit, and nothing that is too large."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from libs.kernel.ids import BlobId
from libs.kernel.messages import Level, Message, MessageClass
from libs.kernel.origins import Origin
from libs.meshapi.parsed import ParsedFile
from libs.meshapi.recall import from_bytes, parse_and_record
from libs.meshapi.unrendered import is_overlay
from libs.ports.gitrepo import GitRepo, TreeEntry
from libs.ports.records import Records

LFS_MARK = b"version https://git-lfs.github.com/spec/"
FILE_TOO_LARGE = "PER0401"
LFS_POINTER = "PER0402"
SET_TOO_LARGE = "PER0403"


FileKey = tuple[BlobId, str]
"""Content and path: positions name the path, so equal content elsewhere is another file."""


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file that was looked at, and its size."""

    parsed: ParsedFile
    size_bytes: int


class FileReader:
    """Parses files of a repository within limits; what it parsed goes to `records`."""

    def __init__(
        self,
        repo: GitRepo,
        blob_bytes_max: int,
        set_bytes_max: int,
        records: Records,
    ) -> None:
        """Bound one file, and the files of one set together."""
        self._repo = repo
        self._blob_bytes_max = blob_bytes_max
        self._set_bytes_max = set_bytes_max
        self._records = records

    def read(
        self, entries: Sequence[TreeEntry], known: Mapping[FileKey, ReadFile]
    ) -> dict[FileKey, ReadFile]:
        """Return every file parsed, or with the one message that says why it was not read.

        What is `known` is taken from there. The sizes of all files are looked at before the first
        is read.
        """
        sizes = {_key(entry): self._size(entry, known) for entry in entries}
        total = sum(size for size in sizes.values() if size <= self._blob_bytes_max)
        if total > self._set_bytes_max:
            return {
                key: ReadFile(self._too_large_together(entries[0], total), size)
                if key == _key(entries[0])
                else ReadFile(ParsedFile((), ()), size)
                for key, size in sizes.items()
            }
        return {
            key: known.get(key) or ReadFile(self._read(entry, sizes[key]), sizes[key])
            for entry in entries
            for key in (_key(entry),)
        }

    def _size(self, entry: TreeEntry, known: Mapping[FileKey, ReadFile]) -> int:
        found = known.get(_key(entry))
        return self._repo.blob_size_bytes(entry.blob) if found is None else found.size_bytes

    def _too_large_together(self, first: TreeEntry, total: int) -> ParsedFile:
        return _refused(
            first,
            SET_TOO_LARGE,
            f"the files of this set are {total} bytes together and at most "
            f"{self._set_bytes_max} are read; split the set",
        )

    def _read(self, entry: TreeEntry, size: int) -> ParsedFile:
        """Refuse by size without reading; a Git LFS pointer is no configuration."""
        if size > self._blob_bytes_max:
            return _refused(
                entry,
                FILE_TOO_LARGE,
                f"the file is {size} bytes and at most {self._blob_bytes_max} are read; "
                "split it or keep it out of the set's paths",
            )
        if is_overlay(entry.path):  # a record names no path, and an overlay is one by its path
            return self._parsed(entry, keep=False)
        return self._recalled(entry) or self._parsed(entry)

    def _recalled(self, entry: TreeEntry) -> ParsedFile | None:
        """Return what an earlier process parsed; a record that cannot be used is none."""
        record = self._records.get(entry.blob)
        if record is None:
            return None
        try:
            return from_bytes(record, entry.path, lambda: self._repo.read_blob(entry.blob))
        except ValueError:
            return None

    def raw(self, entries: Sequence[TreeEntry]) -> dict[str, bytes] | Message:
        """Return files as they are by their paths, or why they are not read."""
        sizes = {entry.path: self._repo.blob_size_bytes(entry.blob) for entry in entries}
        for entry in entries:
            if sizes[entry.path] > self._blob_bytes_max:
                return self._read(entry, sizes[entry.path]).messages[0]
        if sum(sizes.values()) > self._set_bytes_max:
            return self._too_large_together(entries[0], sum(sizes.values())).messages[0]
        return {entry.path: self._repo.read_blob(entry.blob) for entry in entries}

    def _parsed(self, entry: TreeEntry, *, keep: bool = True) -> ParsedFile:
        data = self._repo.read_blob(entry.blob)
        if data.startswith(LFS_MARK):
            return _refused(
                entry,
                LFS_POINTER,
                "the file is a Git LFS pointer, not configuration; commit the file itself",
            )
        parsed, record = parse_and_record(entry.path, data)
        if record is not None and keep:
            self._records.put(entry.blob, record)
        return parsed


def _key(entry: TreeEntry) -> FileKey:
    return entry.blob, entry.path


def _refused(entry: TreeEntry, code: str, text: str) -> ParsedFile:
    """A file that was not parsed, as its only message."""
    message = Message(code, Level.ERROR, MessageClass.OBJECT, Origin(entry.path), text)
    return ParsedFile((), (message,))
