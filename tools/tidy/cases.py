"""Every folder of case files has a test that reads it, named in a registry."""

import tomllib
from collections.abc import Iterator
from pathlib import PurePosixPath

from tools.tidy.tree import Finding, Tree, is_test_path

REGISTRY = "tools/tidy/cases.toml"
_NAMES = frozenset({"cases", "corpus", "data", "expectations", "golden"})


def check(tree: Tree) -> Iterator[Finding]:
    """Find case folders that nobody reads, and lines of the registry that lead nowhere."""
    readers: dict[str, str] = tomllib.loads(tree.text(REGISTRY))["cases"]
    found = {folder for path in tree.files if (folder := _case_folder(path)) is not None}
    for folder in sorted(found - readers.keys()):
        yield Finding(folder, 1, f"name the test that reads these files in {REGISTRY}.")
    for folder in sorted(readers.keys() - found):
        yield Finding(REGISTRY, 1, f"`{folder}` has no files: remove the line.")
    for folder, reader in sorted(readers.items()):
        if folder not in found:
            continue
        if reader not in tree.files:
            yield Finding(REGISTRY, 1, f"`{reader}`, which should read `{folder}`, is not there.")
        elif PurePosixPath(folder).name not in tree.text(reader):
            yield Finding(reader, 1, f"does not read `{folder}`: see {REGISTRY}.")


def _case_folder(path: str) -> str | None:
    """Give the outermost case folder that a file lies in, below a `tests` folder."""
    parts = PurePosixPath(path).parts[:-1]
    for depth, name in enumerate(parts):
        if name in _NAMES and is_test_path("/".join(parts[: depth + 1])):
            return "/".join(parts[: depth + 1])
    return None
