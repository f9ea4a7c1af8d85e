"""Tests do not import tests: what two of them share has a module of its own beside them."""

from collections.abc import Iterator

from tools.tidy.imports import imported
from tools.tidy.tree import Finding, Tree


def check(tree: Tree) -> Iterator[Finding]:
    """Find imports of test files, which Bazel does not hand to other tests either."""
    for path in tree.python():
        for name, line in imported(tree.parsed(path)):
            parts = name.split(".")
            test = next((part for part in parts[1:-1] if part.startswith("test_")), None)
            if "tests" in parts and test is not None:
                text = f"imports from `{test}`: move what both need into a module beside them."
                yield Finding(path, line, text)
