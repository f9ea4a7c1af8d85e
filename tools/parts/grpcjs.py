"""gRPC for JavaScript with its xDS client, as `npm/package-lock.json` has it; run by Node."""

import hashlib
import shutil
import subprocess
from pathlib import Path

from tools.parts.missing import PartMissingError
from tools.sidewheels.fetch import cache_dir

PART = "grpc-js"
FILES = ("package.json", "package-lock.json")
INSTALL_TIMEOUT_S = 600
LOCK = Path(__file__).parent / "npm"
_QUIET = ("--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error")


def folder() -> Path:
    """Give the folder that the locked packages are installed in; PartMissingError when not."""
    if shutil.which("node") is None:
        raise PartMissingError(PART, "install Node 20 or newer, then run ./dev parts")
    place = _place()
    if not (place / "node_modules").is_dir():
        raise PartMissingError(PART, "run ./dev parts, which fetches it with npm")
    return place


def install() -> None:
    """Install them; none of their scripts runs. PartMissingError when that fails."""
    if shutil.which("npm") is None:
        raise PartMissingError(PART, "left out, needs npm")
    place = _place()
    half = place.with_name(f"{place.name}.half")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(parents=True)
    for name in FILES:
        shutil.copyfile(LOCK / name, half / name)
    done = subprocess.run(
        ["npm", "ci", *_QUIET],
        cwd=half,
        capture_output=True,
        text=True,
        timeout=INSTALL_TIMEOUT_S,
        check=False,
    )
    if done.returncode != 0:
        raise PartMissingError(PART, f"not installed: {done.stderr.strip()[-500:]}")
    half.rename(place)


def _place() -> Path:
    """Name the folder by what is locked, so that another lock is another folder."""
    locked = hashlib.sha256((LOCK / FILES[1]).read_bytes()).hexdigest()
    return cache_dir() / f"grpc-js-{locked[:12]}"
