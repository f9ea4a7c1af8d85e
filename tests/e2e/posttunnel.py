"""Bytes in chunks of HTTP/1.1, in both directions: what a tunnel by POST carries."""

import io


class ChunkReader(io.RawIOBase):
    """Gives the bytes inside the chunks that come in; an empty chunk ends them."""

    def __init__(self, inner: io.BufferedIOBase) -> None:
        """Read from the connection below."""
        self._inner = inner
        self._left = 0

    def readable(self) -> bool:
        """Say that there is something to read, for the buffer above."""
        return True

    def readinto(self, into: "memoryview[int]") -> int:  # type: ignore[override]
        """Read at most one chunk."""
        if not self._left:
            self._left = int(self._inner.readline() or b"0", 16)
        part = self._inner.read(min(self._left, len(into)))
        self._left -= len(part)
        if part and not self._left:
            self._inner.readline()
        into[: len(part)] = part
        return len(part)


class ChunkWriter(io.RawIOBase):
    """Sends whatever is written as one chunk."""

    def __init__(self, inner: io.BufferedIOBase) -> None:
        """Write to the connection below."""
        self._inner = inner

    def writable(self) -> bool:
        """Say that one can write, for the buffer above."""
        return True

    def write(self, part: bytes) -> int:  # type: ignore[override]
        """Send it at once."""
        self._inner.write(b"%x\r\n%b\r\n" % (len(part), bytes(part)))
        self._inner.flush()
        return len(part)
