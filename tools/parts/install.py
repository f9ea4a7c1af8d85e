"""`./dev parts`: gets the real parts that can be had, and says which are there in the end."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tools.envoy.install import envoy_path
from tools.kubeapi import programs as kubernetes
from tools.kustomize import program as kustomize
from tools.parts import (
    forges,
    grpcjs,
    istiomodels,
    jaeger,
    postgres,
    prometheus,
    pypy,
    zipkin,
)
from tools.parts.missing import PartMissingError
from tools.sidewheels.fetch import FetchError, cache_dir

DEBIAN_PACKAGES = (
    "bazel-bootstrap",
    "bazel-platforms",
    "bazel-rules-java",
    "bazel-rules-proto",
    "default-jre-headless",
    "git",
    "maven",
    "postgresql",
    "prometheus",
    "pypy3",
)
STEP_TIMEOUT_S = 1800

PARTS: Mapping[str, Callable[[], Path]] = {
    "envoy": envoy_path,
    "postgres": postgres.programs,
    "prometheus": prometheus.program,
    "zipkin": zipkin.program,
    "jaeger": jaeger.program,
    "istio models": istiomodels.folder,
    "grpc-js": grpcjs.folder,
    "forges": forges.folder,
    "kustomize": kustomize.program,
    "kubernetes": lambda: kubernetes.programs().api_server,
    "pypy": pypy.program,
}


def main(_: Sequence[str] = ()) -> int:
    """Install, then report; 1 when a part is still missing."""
    install_debian_packages()
    fetch_zipkin()
    build_jaeger()
    fetch_istio_models()
    fetch_grpc_js()
    fetch_forge_descriptions()
    build_kustomize()
    build_kubernetes()
    return report()


def report() -> int:
    """Print one line a part; 1 when one is missing."""
    missing = 0
    for name, find in PARTS.items():
        try:
            find()
        except (
            PartMissingError,
            FetchError,
            kubernetes.ProgramMissingError,
            kustomize.ProgramMissingError,
        ) as error:
            missing += 1
            print(f"{name}: MISSING: {error}")
        else:
            print(f"{name}: there")
    return 1 if missing else 0


def install_debian_packages() -> None:
    """Install what Debian packages, where we are root and apt is there."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        print("apt-get: left out, needs root on Debian")
        return
    wanted = [name for name in DEBIAN_PACKAGES if not _is_installed(name)]
    if wanted:
        _step("apt-get update", ["apt-get", "update", "-q"])
        command = ["apt-get", "install", "-q", "-y", "--no-install-recommends", *wanted]
        _step(f"apt-get install {' '.join(wanted)}", command)


def fetch_zipkin() -> None:
    """Copy the locked server out of Maven's repository into the cache."""
    try:
        zipkin.program()
    except PartMissingError:
        if shutil.which("mvn") is None:
            print("zipkin: left out, needs Maven")
            return
        get = ["mvn", "-q", "-B", "dependency:get", "-Dtransitive=false"]
        _step("fetching Zipkin", [*get, f"-Dartifact={zipkin.COORDINATES}"])
        cache_dir().mkdir(parents=True, exist_ok=True)
        copy = ["mvn", "-q", "-B", "dependency:copy", f"-Dartifact={zipkin.COORDINATES}"]
        _step("copying Zipkin", [*copy, f"-DoutputDirectory={cache_dir()}"])


def build_jaeger() -> None:
    """Build Jaeger from its published module, which takes minutes and is done once a version.

    `go install` refuses a module that replaces others; as the main module it may.
    """
    try:
        jaeger.program()
    except PartMissingError:
        if shutil.which("go") is None:
            print("jaeger: left out, needs Go")
            return
        with tempfile.TemporaryDirectory(prefix="jaeger-build-") as folder:
            source = _download(f"{jaeger.MODULE}@{jaeger.VERSION}", Path(folder))
            if source is not None:
                _build(source, cache_dir() / f"jaeger-{jaeger.VERSION}")


def fetch_istio_models() -> None:
    """Install the locked validators in the cache; none of their scripts runs."""
    try:
        istiomodels.folder()
    except PartMissingError:
        if shutil.which("npm") is None:
            print("istio models: left out, needs npm")
            return
        target = cache_dir() / f"istio-models-{istiomodels.VERSION}"
        package = f"{istiomodels.PACKAGE}@{istiomodels.VERSION}"
        quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
        command = ["npm", "install", *quiet, "--prefix", str(target), package]
        target.mkdir(parents=True, exist_ok=True)
        _step("fetching validators of Istio's kinds", command)


def fetch_grpc_js() -> None:
    """Install the locked client in the cache; none of its scripts runs."""
    try:
        grpcjs.folder()
    except PartMissingError:
        print("fetching gRPC for JavaScript", flush=True)
        try:
            grpcjs.install()
        except PartMissingError as error:
            print(error)


def fetch_forge_descriptions() -> None:
    """Fetch what forges publish of their interfaces."""
    try:
        forges.folder()
    except PartMissingError:
        print("fetching descriptions of forges", flush=True)
        try:
            forges.fetch()
        except PartMissingError as error:
            print(error)


def build_kustomize() -> None:
    """Build kustomize from its published module, which is done once a version."""
    try:
        kustomize.build()
    except kustomize.ProgramMissingError as error:
        print(error)


def build_kubernetes() -> None:
    """Build the API server, its etcd and kubectl, which takes minutes and is done once a version.

    Needs no `KUBEBUILDER_ASSETS`, which names ready ones.
    """
    try:
        kubernetes.programs()
    except kubernetes.ProgramMissingError:
        print("building Kubernetes, some minutes", flush=True)
        try:
            kubernetes.build()
        except kubernetes.BuildError as error:
            print(error)


def _download(module: str, folder: Path) -> Path | None:
    command = ["go", "mod", "download", "-json", module]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        print(f"jaeger: the module could not be downloaded: {done.stdout.strip()[-500:]}")
        return None
    source = folder / "source"
    shutil.copytree(json.loads(done.stdout)["Dir"], source, copy_function=shutil.copyfile)
    for path in [source, *source.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    return source


def _build(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".jaeger-", dir=target.parent) as scratch:
        fresh = Path(scratch) / "fresh"
        command = ["go", "build", "-trimpath", "-o", str(fresh / "jaeger"), "./cmd/jaeger"]
        if _step("building Jaeger, some minutes", command, cwd=source) and not target.exists():
            fresh.rename(target)


def _is_installed(package: str) -> bool:
    command = ["dpkg-query", "-W", "-f", "${db:Status-Status}", package]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout == "installed"


def _step(what: str, command: Sequence[str], cwd: Path | None = None) -> bool:
    """Run a program that may fail; the report at the end says what that means."""
    print(what, flush=True)
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(command, cwd=cwd, env=env, timeout=STEP_TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired:
        print(f"{what}: stopped after {STEP_TIMEOUT_S} seconds")
        return False
    return done.returncode == 0
