"""Secrets that are not in clear text in any repository: files in a folder, and sealed ones.

No value is ever in a log; what is wrong is said by file and object. What opens seals is loaded
where something is sealed: it is large, and most compilers never need it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from libs.kernel.ids import ClusterName
from libs.kernel.looperrors import StalledError
from libs.kernel.messages import errors
from libs.kernel.origins import Origin
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.parse import parse_file
from libs.meshapi.sealedsecret import SealedSecret
from libs.meshapi.secret import Secret
from libs.telemetry.logs import get_logger

if TYPE_CHECKING:
    from libs.adapters.sealing.keys import Keyring

FILES_MAX = 10_000
FILE_BYTES_MAX = 1024 * 1024
_ENDINGS = frozenset({".yaml", ".yml"})

Placed = tuple[MeshObject, Origin]


class SecretSource(Protocol):
    """Where a world's Secrets come from, beside what the Store holds."""

    def of(self, cluster: ClusterName) -> tuple[Placed, ...]:
        """Return the Secrets that a cluster has from outside of its repositories."""
        ...

    def opened(self, objects: Iterable[Placed]) -> tuple[Placed, ...]:
        """Put Secrets in the place of SealedSecrets; those that do not open are left out."""
        ...


@dataclass(slots=True)
class SecretFolder:
    """YAML files of Secrets: `<folder>/*.yaml` for all clusters, `<folder>/<cluster>/*.yaml`.

    A file that cannot be used leaves what it held before in use, so that half-written files and
    mistakes end nothing.
    """

    folder: Path | None
    keys: "Keyring" = field(default_factory=dict, repr=False)
    _read: dict[Path, tuple[tuple[int, int], tuple[Placed, ...]]] = field(
        default_factory=dict, repr=False
    )
    _said: set[str] = field(default_factory=set, repr=False)

    def of(self, cluster: ClusterName) -> tuple[Placed, ...]:
        """Read what changed since the last time; the cluster's own files count before the rest."""
        if self.folder is None:
            return ()
        files = [*_files(self.folder), *_files(self.folder / cluster)]
        for gone in [path for path in self._read if not path.exists()]:
            del self._read[gone]
        return tuple(one for path in files for one in self._objects(path))

    def opened(self, objects: Iterable[Placed]) -> tuple[Placed, ...]:
        """Open SealedSecrets with the keys at hand; each failure is said once."""
        return tuple(one for placed in objects for one in self._opened(*placed))

    def _opened(self, obj: MeshObject, origin: Origin) -> Sequence[Placed]:
        if not isinstance(obj, SealedSecret):
            return ((obj, origin),)
        from libs.adapters.sealing.sealed import OpeningError, opened

        try:
            return ((opened(obj, self.keys), origin),)
        except OpeningError as error:
            self._say(f"{origin}: {obj.key} stays closed: {error}")
            return ()

    def _objects(self, path: Path) -> tuple[Placed, ...]:
        try:
            found = path.stat()
            mark = (found.st_mtime_ns, found.st_size)
            known = self._read.get(path)
            if known is None or known[0] != mark:
                self._read[path] = (mark, self._parsed(path, known[1] if known else ()))
        except OSError as error:
            self._say(f"{path}: {error.strerror}; what it held stays in use")
        return self._read[path][1] if path in self._read else ()

    def _parsed(self, path: Path, former: tuple[Placed, ...]) -> tuple[Placed, ...]:
        if path.stat().st_size > FILE_BYTES_MAX:
            self._say(f"{path}: larger than {FILE_BYTES_MAX} bytes; what it held stays in use")
            return former
        parsed = parse_file(str(path), path.read_bytes())
        wrong = errors(parsed.messages)
        for one in wrong:
            self._say(f"{one}; what the file held stays in use")
        if wrong:
            return former
        return tuple((one.object, one.origin) for one in parsed.objects if _is_secret(one.object))

    def _say(self, sentence: str) -> None:
        if sentence not in self._said:
            self._said.add(sentence)
            get_logger().error("secret not usable", reason=sentence)


def _is_secret(obj: MeshObject) -> bool:
    return isinstance(obj, Secret)


def _files(folder: Path) -> list[Path]:
    """Return the files of a folder in the order of names; none where there is no folder."""
    if not folder.is_dir():
        return []
    found = sorted(path for path in folder.iterdir() if path.suffix in _ENDINGS)
    return found[:FILES_MAX]


def _key_files(place: Path) -> list[Path]:
    if not place.is_dir():
        return [place]
    return sorted(path for path in place.iterdir() if path.is_file())


def secret_folder(folder: Path | None, key_files: Path | None) -> SecretFolder:
    """Return the source that settings name. Raises StalledError for keys that are none."""
    if key_files is None:
        return SecretFolder(folder)
    from libs.adapters.sealing.keys import SealingKeyError, keyring

    try:
        keys = keyring(path.read_bytes() for path in _key_files(key_files))
    except OSError as error:
        raise StalledError(f"{key_files}: {error.strerror}; name the keys that open") from error
    except SealingKeyError as error:
        raise StalledError(f"{key_files}: {error}") from error
    return SecretFolder(folder, keys)
