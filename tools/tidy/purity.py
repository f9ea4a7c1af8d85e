"""Packages that may import the standard library and themselves, and nothing else."""

import sys
from collections.abc import Iterator

from tools.tidy.imports import imported
from tools.tidy.tree import Finding, Tree, is_test_path

STANDARD_LIBRARY_ONLY = ("libs/kernel", "libs/confighash")


def check(tree: Tree) -> Iterator[Finding]:
    """Find imports of other packages in modules that must do without."""
    for path in tree.python("libs"):
        home = next((one for one in STANDARD_LIBRARY_ONLY if path.startswith(f"{one}/")), None)
        if home is None or is_test_path(path):
            continue
        own = home.replace("/", ".")
        for name, line in imported(tree.parsed(path)):
            if name.split(".")[0] not in sys.stdlib_module_names and not f"{name}.".startswith(
                f"{own}."
            ):
                yield Finding(path, line, f"imports `{name}`; {own} has the standard library only.")
