"""Tests do not import tests: what two of them share has a module of its own beside them."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from tools.tidy.imports import imported
from tools.tidy.tree import Finding, Tree


def check(tree: Tree) -> Iterator[Finding]:
    """Find imports of test files, which Bazel does not hand to other tests either."""
    tests = {path for path in tree.python() if PurePosixPath(path).name.startswith("test_")}
    for path in tree.python():
        for name, line in imported(tree.parsed(path)):
            module = PurePosixPath(*name.split("."))
            hit = tests & {f"{module}.py", f"{module.parent}.py"}
            if hit:
                text = f"imports from {hit.pop()}: move what both need into a module beside them."
                yield Finding(path, line, text)
