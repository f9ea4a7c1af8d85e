"""PATH of the command line: a file, a directory, `-`, or REPO@REV, read into files by name.

Files of a config repository (a directory or commit with `fleet.yaml`) are named as in the
repository; all others as the user named them. Only YAML files are read.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from libs.desired.kustomization import NAMES as KUSTOMIZATIONS
from libs.desired.kustomization import is_inside, kustomizations
from libs.desired.layout import FLEET_FILE, is_yaml
from libs.kernel.ids import BlobId
from libs.kernel.messages import Message
from libs.ports.gitrepo import EntryKind, TreeEntry
from tools.cli.errors import UnusableError

FILES_MAX = 100_000
FILE_BYTES_MAX = 64 * 1024 * 1024
"""Larger files are not read at all; what the parser takes is bounded by itself."""
STDIN_NAME = "stdin.yaml"
PathArgument = Annotated[str, Parameter(allow_leading_hyphen=True)]
"""The hyphen alone is a PATH; whatever else begins with one is a wrong option, see `read_paths`."""


@dataclass(slots=True)
class Sources:
    """What was read, by a name that a repository could have; `shown` has the user's own names.

    `links` are entries of a config repository that no service follows either.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)
    links: list[TreeEntry] = field(default_factory=list)

    def add(self, given: str, data: bytes) -> None:
        """Add a file under a name without a root and without `..`."""
        parts = [part for part in os.path.normpath(given).split("/") if part not in ("", "..")]
        name = "/".join(parts)
        self.files[name] = data
        self.shown[name] = given

    def as_given(self, message: Message) -> Message:
        """Return a finding with its file named as the user named it."""
        file = self.shown.get(message.origin.file, message.origin.file)
        return replace(message, origin=replace(message.origin, file=file))


def read_paths(paths: Sequence[str]) -> Sources:
    """Read everything that the paths name. Raises UnusableError with the path and the reason."""
    if not paths:
        raise UnusableError("name at least one PATH: a file, a directory, - or REPO@REV")
    unknown = [path for path in paths if path.startswith("-") and path != "-"]
    if unknown:
        raise UnusableError(f"unknown option {unknown[0][:80]}; --help lists the options")
    found = Sources()
    for path in paths:
        _read_path(path, found)
    if not found.files:
        raise UnusableError(f"{', '.join(paths)}: no YAML file is there; name .yaml or .yml files")
    return found


def _read_path(path: str, found: Sources) -> None:
    if path == "-":
        found.files[STDIN_NAME] = sys.stdin.buffer.read(FILE_BYTES_MAX)
    elif Path(path, FLEET_FILE).is_file():
        _read_repository(Path(path), found)
    elif Path(path).is_dir():
        for file in _yaml_files(Path(path)):
            found.add(file.as_posix(), _read_file(file))
    elif Path(path).exists() or "@" not in path:
        found.add(path, _read_file(Path(path)))
    else:
        repository, _, revision = path.rpartition("@")
        _read_commit(repository or ".", revision, found)


def _read_repository(root: Path, found: Sources) -> None:
    """Read a config repository's folder as the services would read its commit."""
    for file in _yaml_files(root):
        name = file.relative_to(root).as_posix()
        if file.is_symlink():
            found.links.append(TreeEntry(name, EntryKind.SYMLINK, BlobId("")))
        else:
            found.files[name] = _read_file(file)


def _yaml_files(root: Path) -> Iterator[Path]:
    """Yield files in the order of names, hidden folders left out. Links to folders stay closed.

    Below a kustomization all files count: it may read any of them.
    """
    count = 0
    whole: set[str] = set()
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        if folder in whole or not set(KUSTOMIZATIONS).isdisjoint(names):
            whole.update(f"{folder}/{name}" for name in folders)
            wanted = [name for name in names if not name.startswith(".")]
        else:
            wanted = [*filter(is_yaml, names)]
        for name in sorted(wanted):
            count += 1
            if count > FILES_MAX:
                raise UnusableError(f"{root}: more than {FILES_MAX} YAML files; name a part of it")
            yield Path(folder, name)


def _read_file(path: Path) -> bytes:
    """Read one file that is not absurdly large."""
    try:
        if path.stat().st_size > FILE_BYTES_MAX:
            raise UnusableError(f"{path}: larger than {FILE_BYTES_MAX} bytes; split it")
        return path.read_bytes()
    except OSError as error:
        raise UnusableError(f"{path}: {error.strerror}") from error


def _read_commit(repository: str, revision: str, found: Sources) -> None:
    """Read the YAML files of a commit, without a work tree."""
    from libs.adapters.git.local import open_local
    from libs.kernel.looperrors import StalledError, TransientError

    try:
        opened = open_local(Path(repository))
        entries = opened.objects.entries(opened.resolve(revision))
        whole = kustomizations(entry for entry in entries if entry.kind is EntryKind.FILE)
        for entry in entries:
            if entry.kind is not EntryKind.FILE:
                found.links.append(entry)
            elif is_yaml(entry.path) or is_inside(entry.path, whole):
                if opened.objects.blob_size_bytes(entry.blob) > FILE_BYTES_MAX:
                    raise UnusableError(f"{entry.path}: larger than {FILE_BYTES_MAX} bytes")
                found.files[entry.path] = opened.objects.read_blob(entry.blob)
    except (StalledError, TransientError) as error:
        raise UnusableError(f"{repository}@{revision}: {error.reason}") from error
