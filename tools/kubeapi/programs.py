"""The programs `kube-apiserver`, `etcd` and `kubectl` of one version, built once into the cache."""

import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tools.sidewheels.fetch import cache_dir

MODULE = Path(__file__).parent
BUILD_TIMEOUT_S = 3600
PACKAGES = {
    "etcd": "go.etcd.io/etcd/server/v3",
    "kubectl": "k8s.io/kubernetes/cmd/kubectl",
    "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
}
_STAMPED = "k8s.io/component-base/version"


class BuildError(Exception):
    """A program was not built; the text says which, and the end of what the compiler said."""


class ProgramMissingError(Exception):
    """A program is not there; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Programs:
    """Paths of the three programs."""

    api_server: Path
    etcd: Path
    kubectl: Path


def version() -> str:
    """Return the version of Kubernetes that `go.mod` beside this file requires, as `v1.2.3`."""
    found = re.search(
        r"^(?:require)?\s*k8s\.io/kubernetes (v\S+)",
        (MODULE / "go.mod").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    if found is None:
        raise BuildError("tools/kubeapi/go.mod requires no k8s.io/kubernetes; add the line.")
    return found[1]


def programs() -> Programs:
    """Give the programs; `KUBEBUILDER_ASSETS` names a folder that has them, else the cache has.

    Raises ProgramMissingError where one is missing.
    """
    named = os.environ.get("KUBEBUILDER_ASSETS")
    folder = Path(named) if named else built_folder()
    for name in PACKAGES:
        if not os.access(folder / name, os.X_OK):
            advice = (
                f"KUBEBUILDER_ASSETS names a folder without an executable `{name}`; unset it or "
                "put one there"
                if named
                else "run ./dev parts, which builds them when Go is installed"
            )
            raise ProgramMissingError(advice)
    return Programs(folder / "kube-apiserver", folder / "etcd", folder / "kubectl")


def built_folder() -> Path:
    """Return where `build` puts the programs of the version."""
    return cache_dir() / f"kubernetes-{version()}"


def build() -> None:
    """Compile what is not there yet, each program alone, so that a stopped build goes on later.

    Takes five minutes on two cores with no other load, and two gigabytes in Go's own caches. Raises
    BuildError.
    """
    go = shutil.which("go")
    if go is None:
        raise BuildError("kubernetes: not built, needs Go 1.26 or newer.")
    target = built_folder()
    target.mkdir(parents=True, exist_ok=True)
    for name, package in PACKAGES.items():
        if not (target / name).exists():
            with tempfile.TemporaryDirectory(prefix=".build-", dir=target) as scratch:
                _compile(go, package, Path(scratch) / name)
                (Path(scratch) / name).rename(target / name)


def _compile(go: str, package: str, output: Path) -> None:
    """Build one program. The server reads its own version for its feature gates, so it is told."""
    major, minor, _ = version().removeprefix("v").split(".", 2)
    stamps = {
        "gitVersion": version(),
        "gitMajor": major,
        "gitMinor": minor,
        "gitTreeState": "clean",
    }
    flags = " ".join(["-s", "-w", *(f"-X {_STAMPED}.{k}={v}" for k, v in stamps.items())])
    command = [go, "build", "-mod=readonly", "-trimpath", "-ldflags", flags, "-o", str(output)]
    try:
        done = subprocess.run(
            [*command, package],
            cwd=MODULE,
            env={**os.environ, "CGO_ENABLED": "0"},
            capture_output=True,
            text=True,
            timeout=BUILD_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise BuildError(f"{package}: not built after {BUILD_TIMEOUT_S} seconds.") from error
    if done.returncode != 0:
        raise BuildError(f"{package}: not built: {done.stderr.strip()[-500:]}")
