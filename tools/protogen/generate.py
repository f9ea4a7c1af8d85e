"""Writes `protogen` into an environment when it is not there or no longer fits."""

import hashlib
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from importlib.metadata import version
from pathlib import Path

from google.protobuf import descriptor_pb2

from tools.protogen.descriptors import closure, in_environment, is_living, read_folder
from tools.protogen.imports import prefixed
from tools.sidewheels import fetch

ROOT = Path(__file__).resolve().parents[2]
TOPS = ("envoy", "xds", "udpa", "validate", "cel")
PROTOC_TIMEOUT_S = 300
_PACKAGE = re.compile(r"(?:^|;)\s*package\s+([\w.]+)\s*;", re.MULTILINE)


class GenerateError(Exception):
    """The messages could not be generated; the text names the file and says why."""


def installed_at() -> Path:
    """Give the place of the package in the running environment."""
    return Path(sysconfig.get_paths()["purelib"]) / "protogen"


def own_protos(root: Path) -> dict[str, Path]:
    """Map the name a file is imported by (`periplus/feed/v1/feed.proto`) to where it lies."""
    found: dict[str, Path] = {}
    for path in sorted((root / "libs").rglob("*.proto")):
        package = _PACKAGE.search(path.read_text(encoding="utf-8"))
        if package is None:
            raise GenerateError(
                f"{path.relative_to(root)}: add a line `package periplus.NAME.v1;`."
            )
        found[f"{package[1].replace('.', '/')}/{path.name}"] = path
    return found


def stamp(root: Path) -> str:
    """Give a fingerprint of all that the generated package depends on."""
    digest = hashlib.sha256(version("grpcio-tools").encode())
    own = own_protos(root)
    inputs = {path.name: path for path in sorted(Path(__file__).parent.glob("*.py"))}
    inputs["xds-protos.txt"] = root / "requirements" / "xds-protos.txt"
    for name, path in (inputs | own).items():
        digest.update(b"\0" + name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def ensure(root: Path = ROOT, *, package: Path | None = None) -> bool:
    """Generate the package when its stamp differs; tell whether that was needed."""
    target = package or installed_at()
    wanted, mark = stamp(root), target / "STAMP"
    if mark.is_file() and mark.read_text(encoding="ascii") == wanted:
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".protogen-", dir=target.parent) as scratch:
        fresh = Path(scratch) / "protogen"
        generate(root, fresh)
        (fresh / "STAMP").write_text(wanted, encoding="ascii")
        _swap(fresh, target, Path(scratch) / "old")
    return True


def generate(root: Path, package: Path) -> None:
    """Write all modules and stubs into the folder `package`, which must not exist."""
    with tempfile.TemporaryDirectory(prefix="protogen-") as scratch:
        work = Path(scratch)
        out = work / "out"
        out.mkdir()
        _generate_envoy(work / "envoy.binpb", out)
        _generate_own(own_protos(root), work / "own", out)
        _finish(out)
        shutil.move(out, package)


def _generate_envoy(descriptors: Path, out: Path) -> None:
    """Generate what lives below TOPS, and what that needs and no installed wheel has."""
    files = read_folder(fetch.fetch("xds-protos"))
    roots = sorted(name for name in files if name.split("/")[0] in TOPS and is_living(name))
    wanted = list(closure(files, roots))
    descriptors.write_bytes(
        descriptor_pb2.FileDescriptorSet(file=wanted).SerializeToString(deterministic=True)
    )
    names = [file.name for file in wanted if not in_environment(file.name)]
    _protoc(["--descriptor_set_in", str(descriptors)], out, names)


def _generate_own(own: dict[str, Path], sources: Path, out: Path) -> None:
    for name, path in own.items():
        (sources / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, sources / name)
    if own:
        _protoc(["-I", str(sources)], out, sorted(own))


def _protoc(inputs: list[str], out: Path, names: list[str]) -> None:
    command = [sys.executable, "-W", "ignore", "-m", "grpc_tools.protoc", *inputs]
    _run([*command, f"--python_out={out}", f"--pyi_out={out}", *names], "protoc")


def _run(command: list[str], what: str) -> None:
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=PROTOC_TIMEOUT_S, check=False
    )
    if done.returncode != 0:
        raise GenerateError(f"{what} failed: {done.stderr.strip() or done.stdout.strip()}")


def _finish(out: Path) -> None:
    """Move the imports below the prefix and make every folder a typed package."""
    modules = [path.relative_to(out).with_suffix("") for path in out.rglob("*_pb2.py")]
    known = frozenset(".".join(p.parts) for m in modules for p in (m, m.parent))
    for path in [*out.rglob("*.py"), *out.rglob("*.pyi")]:
        path.write_text(prefixed(path.read_text(encoding="utf-8"), known), encoding="utf-8")
    for folder in [out, *(path for path in out.rglob("*") if path.is_dir())]:
        (folder / "__init__.py").touch()
    (out / "py.typed").touch()


def _swap(fresh: Path, target: Path, old: Path) -> None:
    if target.exists():
        target.rename(old)
    fresh.rename(target)
