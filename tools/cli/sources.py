"""PATH of the command line: a file, a directory, `-`, or REPO@REV, read into files by name.

Files of a config repository (a directory or commit with `fleet.yaml`) are named as in the
repository; all others as the user named them. Only YAML files are read.
"""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tools.cli.errors import UnusableError

FILES_MAX = 100_000
FILE_BYTES_MAX = 64 * 1024 * 1024
"""Larger files are not read at all; what the parser takes is bounded by itself."""
STDIN_NAME = "stdin.yaml"
_YAML = (".yaml", ".yml")


def read_paths(paths: Sequence[str]) -> Mapping[str, bytes]:
    """Read everything that the paths name. Raises UnusableError with the path and the reason."""
    files: dict[str, bytes] = {}
    for path in paths:
        files.update(_read_path(path))
    if not files:
        raise UnusableError(f"{', '.join(paths)}: no YAML file is there; name .yaml or .yml files")
    return files


def _read_path(path: str) -> Mapping[str, bytes]:
    if path == "-":
        return {STDIN_NAME: sys.stdin.buffer.read(FILE_BYTES_MAX)}
    if Path(path).is_dir():
        return _read_directory(Path(path))
    if Path(path).exists() or "@" not in path:
        return {path: _read_file(Path(path))}
    repository, _, revision = path.rpartition("@")
    return _read_commit(repository or ".", revision)


def _read_directory(root: Path) -> Mapping[str, bytes]:
    """Read all YAML files below a directory, hidden folders left out."""
    is_repository = (root / "fleet.yaml").is_file()
    found = {}
    for path in _yaml_files(root):
        name = path.relative_to(root) if is_repository else path
        found[name.as_posix()] = _read_file(path)
        if len(found) > FILES_MAX:
            raise UnusableError(f"{root}: more than {FILES_MAX} YAML files; name a smaller folder")
    return found


def _yaml_files(root: Path) -> Iterator[Path]:
    """Yield files in the order of names. Links to folders are not followed."""
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.endswith(_YAML):
                yield Path(folder, name)


def _read_file(path: Path) -> bytes:
    """Read one file that is not absurdly large."""
    try:
        if path.stat().st_size > FILE_BYTES_MAX:
            raise UnusableError(f"{path}: larger than {FILE_BYTES_MAX} bytes; split it")
        return path.read_bytes()
    except OSError as error:
        raise UnusableError(f"{path}: {error.strerror}") from error


def _read_commit(repository: str, revision: str) -> Mapping[str, bytes]:
    """Read the YAML files of a commit, without a work tree."""
    from libs.adapters.git.local import open_local
    from libs.kernel.looperrors import StalledError, TransientError
    from libs.ports.gitrepo import EntryKind

    try:
        opened = open_local(Path(repository))
        objects = opened.objects
        return {
            entry.path: objects.read_blob(entry.blob)
            for entry in objects.entries(opened.resolve(revision))
            if entry.kind is EntryKind.FILE
            and entry.path.endswith(_YAML)
            and objects.blob_size_bytes(entry.blob) <= FILE_BYTES_MAX
        }
    except (StalledError, TransientError) as error:
        raise UnusableError(f"{repository}@{revision}: {error.reason}") from error
