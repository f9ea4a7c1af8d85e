"""The version of this Periplus."""

import importlib.metadata
import tomllib
from pathlib import Path

_PROJECT = Path(__file__).parent.parent.parent / "pyproject.toml"


def version() -> str:
    """Return the version that the project states, or that the installed package has."""
    if _PROJECT.is_file():
        stated: str = tomllib.loads(_PROJECT.read_text(encoding="utf-8"))["project"]["version"]
        return stated
    return importlib.metadata.version("periplus")
