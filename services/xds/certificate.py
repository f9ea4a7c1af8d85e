"""The frontend's own certificate, in files that are replaced while it runs."""

from dataclasses import dataclass, field
from pathlib import Path

from libs.kernel.looperrors import StalledError
from libs.pki.errors import PkiError
from libs.pki.holding import Holding, holding
from libs.telemetry.logs import get_logger

_Stamp = tuple[tuple[int, int, int], ...]


@dataclass(slots=True)
class FileHolding:
    """Certificate chain, key and roots in PEM. `current` is safe in the threads of gRPC."""

    chain: Path
    key: Path
    roots: Path
    _held: Holding | None = field(default=None)
    _stamp: _Stamp = ()

    def read(self) -> None:
        """Read the files at the start. Raises `StalledError` when they cannot be used."""
        try:
            self._stamp, self._held = self._stamps(), self._read()
        except OSError as error:
            raise StalledError(f"{error.filename}: {error.strerror}") from error
        except PkiError as error:
            raise StalledError(f"{self.chain}, {self.key}, {self.roots}: {error}") from error

    def current(self) -> Holding:
        """Return what the files say now; while they make no sense, what they said before."""
        if self._held is None:
            raise StalledError("the certificate was not read yet")
        try:
            stamp = self._stamps()
            if stamp != self._stamp:
                self._held, self._stamp = self._read(), stamp
        except (OSError, PkiError) as error:
            get_logger().warning("certificate unusable", file=str(self.chain), reason=str(error))
        return self._held

    def _read(self) -> Holding:
        return holding(*(one.read_bytes() for one in (self.chain, self.key, self.roots)))

    def _stamps(self) -> _Stamp:
        found = (one.stat() for one in (self.chain, self.key, self.roots))
        return tuple((one.st_ino, one.st_mtime_ns, one.st_size) for one in found)
