"""Unpacks one hash-locked wheel into the cache folder, once."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

LOCKS = Path(__file__).resolve().parents[2] / "requirements"
FETCH_TIMEOUT_S = 600
_PIN = re.compile(r"^(?P<name>[A-Za-z0-9_.-]+)==(?P<version>[^\s\\;]+)", re.MULTILINE)


class FetchError(Exception):
    """A wheel could not be had. The text says which one, why, and what to do."""


def cache_dir() -> Path:
    """Where things are that outlive a checkout: `PERIPLUS_CACHE` or the user's cache folder."""
    own = os.environ.get("PERIPLUS_CACHE")
    if own:
        return Path(own)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "periplus"


def pinned(lock: Path) -> tuple[str, str]:
    """Give (name, version) of the one requirement in a lock file; FetchError without one."""
    try:
        match = _PIN.search(lock.read_text(encoding="utf-8"))
    except OSError as error:
        raise FetchError(f"{lock.name}: cannot be read: {error.strerror}.") from error
    if match is None:
        raise FetchError(f"{lock.name}: has no line NAME==VERSION.")
    return match["name"], match["version"]


def fetch(name: str, *, locks: Path = LOCKS) -> Path:
    """Give the folder that holds the wheel locked in `<name>.txt`, unpacking it when need be.

    Two processes may do this at once: each unpacks into its own folder, the first rename wins.
    Raises FetchError when pip is missing, has no such wheel, or the hash differs.
    """
    lock = locks / f"{name}.txt"
    wheel, version = pinned(lock)
    target = cache_dir() / f"{wheel}-{version}"
    if target.is_dir():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{wheel}-", dir=target.parent) as scratch:
        unpacked = Path(scratch) / "wheel"
        _install(lock, unpacked)
        try:
            unpacked.rename(target)
        except OSError:
            if not target.is_dir():
                raise
            shutil.rmtree(unpacked, ignore_errors=True)
    return target


def _install(lock: Path, into: Path) -> None:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes"]
    command += [
        "--no-compile",
        "--disable-pip-version-check",
        "--target",
        str(into),
        "-r",
        str(lock),
    ]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=FETCH_TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise FetchError(f"{lock.stem}: no wheel after {FETCH_TIMEOUT_S} seconds.") from error
    if done.returncode != 0:
        raise FetchError(f"{lock.stem}: pip could not install it: {_reason(done.stderr)}")


def _reason(stderr: str) -> str:
    """Give the line in which pip says why; others are hints, hashes and traces."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    return (errors or lines or ["pip gave no reason."])[-1]
