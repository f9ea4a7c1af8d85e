"""A kustomize binary in its jail."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

from libs.adapters.kustomize.jail import REFUSED_STATUS
from libs.adapters.kustomize.limits import RunLimits
from libs.ports.kustomize import KustomizeError

_JAIL = Path(__file__).with_name("jail.py")
_PROGRAM = "kustomize"
_SAID_CHARACTERS_MAX = 400


class KustomizeBinary:
    """Runs one binary, which has to be linked statically: nothing else is in the jail."""

    def __init__(self, path: Path, limits: RunLimits | None = None) -> None:
        """Take the binary at `path`."""
        self._path = path
        self._limits = limits or RunLimits()

    @cached_property
    def version(self) -> str:
        """What `kustomize version` says, in the same jail. Raises `KustomizeError`."""
        return self._run({}, ("version",)).decode(errors="replace").strip()

    def build(self, files: Mapping[str, bytes]) -> bytes:
        """Render a directory. Raises `KustomizeError` with what the program says."""
        total = sum(map(len, files.values()))
        if total > self._limits.input_bytes_max:
            raise KustomizeError(
                f"the directory has {total} bytes and at most {self._limits.input_bytes_max} are "
                "rendered; make it smaller"
            )
        return self._run(files, ("build", "--load-restrictor", "LoadRestrictionsRootOnly", "."))

    def _run(self, files: Mapping[str, bytes], arguments: Sequence[str]) -> bytes:
        with tempfile.TemporaryDirectory(prefix="kustomize-") as folder:
            root = Path(folder, "root")
            _write(root / "tree", files)
            try:
                shutil.copyfile(self._path, root / _PROGRAM)
            except OSError as error:
                text = f"kustomize at {self._path}: {error.strerror}; correct the setting"
                raise KustomizeError(text) from error
            (root / _PROGRAM).chmod(0o500)
            output, said = Path(folder, "output"), Path(folder, "said")
            status = self._wait(root, arguments, output, said)
            if status != 0:
                raise KustomizeError(self._sentence(status, said))
            return output.read_bytes()

    def _wait(self, root: Path, arguments: Sequence[str], output: Path, said: Path) -> int:
        """Run to the end, or kill everything that was started."""
        limits = self._limits
        command = [
            sys.executable,
            "-I",
            str(_JAIL),
            *(str(one) for one in (os.getuid(), os.getgid(), limits.cpu_s_max)),
            *(str(one) for one in (limits.address_space_bytes_max, limits.output_bytes_max)),
            str(limits.open_files_max),
            str(root),
            f"/{_PROGRAM}",
            *arguments,
        ]
        with output.open("wb") as out, said.open("wb") as err:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                env={"GOMEMLIMIT": str(limits.heap_bytes_goal)},
                start_new_session=True,
            )
            try:
                return process.wait(limits.wall_s_max)
            except subprocess.TimeoutExpired as error:
                text = f"kustomize took longer than {limits.wall_s_max:g} seconds; make it smaller"
                raise KustomizeError(text) from error
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()

    def _sentence(self, status: int, said: Path) -> str:
        with said.open("rb") as file:
            text = " ".join(file.read(16_384).decode(errors="replace").split())
        text = "".join(char if char.isprintable() else "?" for char in text)
        shown = text[:_SAID_CHARACTERS_MAX]
        if status == REFUSED_STATUS:
            return f"kustomize was not run: {shown}"
        if not shown or status > 128:
            limits = self._limits
            return (
                f"kustomize ended with status {status}; it may use {limits.cpu_s_max} seconds, "
                f"{limits.address_space_bytes_max} bytes and write {limits.output_bytes_max}"
            )
        return f"kustomize refused: {shown}"


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    folder.mkdir(parents=True)
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
