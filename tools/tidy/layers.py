"""The import order, read from `.importlinter`, so that BUILD visibility cannot differ from it."""

import configparser
from collections.abc import Sequence
from pathlib import Path


def lib_layers(contract: Path) -> tuple[tuple[str, ...], ...]:
    """Give the names of the libs, the highest line first."""
    parser = configparser.ConfigParser()
    parser.read_string(contract.read_text(encoding="utf-8"))
    lines = parser["importlinter:contract:libs"]["layers"].strip().splitlines()
    return tuple(tuple(name.strip(" ()") for name in line.split("|")) for line in lines)


def above(layers: Sequence[Sequence[str]], lib: str) -> tuple[str, ...]:
    """Give the libs that may import `lib`; KeyError for one that the contract does not list."""
    higher: list[str] = []
    for line in layers:
        if lib in line:
            return tuple(higher)
        higher.extend(line)
    raise KeyError(lib)
