"""The program `kustomize` of one version, built once into the cache."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from tools.sidewheels.fetch import cache_dir

MODULE = Path(__file__).parent
PACKAGE = "sigs.k8s.io/kustomize/kustomize/v5"
BUILD_TIMEOUT_S = 1800


class ProgramMissingError(Exception):
    """The program is not there; the text says what to do."""


def version() -> str:
    """Return the version that `go.mod` beside this file requires, as `v1.2.3`."""
    text = (MODULE / "go.mod").read_text(encoding="utf-8")
    found = re.search(rf"^\s*{re.escape(PACKAGE)} (v\S+)", text, re.MULTILINE)
    if found is None:
        raise ProgramMissingError(f"tools/kustomize/go.mod requires no {PACKAGE}")
    return found[1]


def program() -> Path:
    """Give the binary; ProgramMissingError when it was not built."""
    binary = cache_dir() / f"kustomize-{version()}" / "kustomize"
    if not binary.is_file():
        raise ProgramMissingError("run ./dev parts, which builds it when Go is installed")
    return binary


def build() -> None:
    """Compile it, which takes a minute, unless it is there. ProgramMissingError when that fails."""
    binary = cache_dir() / f"kustomize-{version()}" / "kustomize"
    go = shutil.which("go")
    if go is None:
        raise ProgramMissingError("left out, needs Go")
    if binary.is_file():
        return
    binary.parent.mkdir(parents=True, exist_ok=True)
    half = binary.with_name("kustomize.half")
    flags = ["-mod=readonly", "-trimpath", "-ldflags", "-s -w", "-o", str(half)]
    done = subprocess.run(
        [go, "build", *flags, PACKAGE],
        cwd=MODULE,
        env={**os.environ, "CGO_ENABLED": "0"},
        capture_output=True,
        text=True,
        timeout=BUILD_TIMEOUT_S,
        check=False,
    )
    if done.returncode != 0:
        raise ProgramMissingError(f"not built: {done.stderr.strip()[-500:]}")
    half.rename(binary)
