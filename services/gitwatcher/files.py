"""Reads and parses files of a commit: each content once, and nothing that is too large."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator

from libs.kernel.ids import BlobId
from libs.kernel.messages import Level, Message, MessageClass
from libs.kernel.origins import Origin
from libs.meshapi.parse import parse_file
from libs.meshapi.parsed import ParsedFile
from libs.ports.gitrepo import GitRepo, TreeEntry

LFS_MARK = b"version https://git-lfs.github.com/spec/"
FILE_TOO_LARGE = "PER0401"
LFS_POINTER = "PER0402"
SET_TOO_LARGE = "PER0403"


class FileReader:
    """Parses files behind a memo by (blob, path): positions name the path, so it is part of it."""

    def __init__(
        self, repo: GitRepo, blob_bytes_max: int, set_bytes_max: int, files_max: int
    ) -> None:
        """Bound one file, the files of one set, and the number of parsed files held in memory."""
        self._repo = repo
        self._blob_bytes_max = blob_bytes_max
        self._set_bytes_max = set_bytes_max
        self._files_max = files_max
        self._memo: OrderedDict[tuple[BlobId, str], ParsedFile] = OrderedDict()
        self._sizes: dict[BlobId, int] = {}

    def parsed(self, entries: Iterable[TreeEntry]) -> Iterator[ParsedFile]:
        """Yield each file parsed, or the one message that says why it was not read.

        The sizes of all files are looked at before the first is read.
        """
        listed = tuple(entries)
        sizes = [self._size(entry) for entry in listed]
        total = sum(size for size in sizes if size <= self._blob_bytes_max)
        if total > self._set_bytes_max:
            yield _refused(
                listed[0],
                SET_TOO_LARGE,
                f"the files of this set are {total} bytes together and at most "
                f"{self._set_bytes_max} are read; split the set",
            )
            return
        for entry, size in zip(listed, sizes, strict=True):
            yield self._one(entry, size)
        self._trim()

    def _one(self, entry: TreeEntry, size: int) -> ParsedFile:
        """Parse one file, or recall it."""
        key = (entry.blob, entry.path)
        found = self._memo.get(key)
        if found is None:
            found = self._memo[key] = self._read(entry, size)
        self._memo.move_to_end(key)
        return found

    def _read(self, entry: TreeEntry, size: int) -> ParsedFile:
        """Refuse by size without reading; a Git LFS pointer is no configuration."""
        if size > self._blob_bytes_max:
            return _refused(
                entry,
                FILE_TOO_LARGE,
                f"the file is {size} bytes and at most {self._blob_bytes_max} are read; "
                "split it or keep it out of the set's paths",
            )
        data = self._repo.read_blob(entry.blob)
        if data.startswith(LFS_MARK):
            return _refused(
                entry,
                LFS_POINTER,
                "the file is a Git LFS pointer, not configuration; commit the file itself",
            )
        return parse_file(entry.path, data)

    def _size(self, entry: TreeEntry) -> int:
        """Sizes are asked once for each blob."""
        size = self._sizes.get(entry.blob)
        if size is None:
            size = self._sizes[entry.blob] = self._repo.blob_size_bytes(entry.blob)
        return size

    def _trim(self) -> None:
        """Forget what was not used for longest."""
        while len(self._memo) > self._files_max:
            self._memo.popitem(last=False)
        if len(self._sizes) > 2 * self._files_max:
            held = {blob for blob, _ in self._memo}
            self._sizes = {blob: size for blob, size in self._sizes.items() if blob in held}


def _refused(entry: TreeEntry, code: str, text: str) -> ParsedFile:
    """A file that was not parsed, as its only message."""
    message = Message(code, Level.ERROR, MessageClass.OBJECT, Origin(entry.path), text)
    return ParsedFile((), (message,))
