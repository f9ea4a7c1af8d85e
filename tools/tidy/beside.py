"""Every module of libs and services is tested from beside it, or there is a reason why not.

Tested means: the `tests` folder of its package, or of a package above it, has `test_<module>.py` or
a test that imports the module itself. Reached through others only is not enough: nobody would know
where to look.
"""

import ast
import fnmatch
import tomllib
from collections.abc import Iterator
from pathlib import PurePosixPath

from tools.tidy.imports import imported
from tools.tidy.statements import statements
from tools.tidy.tree import Finding, Tree, is_test_path

EXCEPTIONS = "tools/tidy/untested.toml"


def check(tree: Tree) -> Iterator[Finding]:
    """Find modules without tests, and exceptions that are no longer needed."""
    reasons: dict[str, str] = tomllib.loads(tree.text(EXCEPTIONS))["untested"]
    tested, used = set(_tested(tree)), set[str]()
    for path in tree.python("libs", "services"):
        if is_test_path(path) or path.endswith(("__init__.py", "__main__.py")) or path in tested:
            continue
        if not _does_something(tree.parsed(path)):
            continue
        pattern = next((one for one in reasons if fnmatch.fnmatch(path, one)), None)
        if pattern is None:
            yield Finding(path, 1, f"has no tests: write {_test_file(path)}.")
        else:
            used.add(pattern)
    for pattern in sorted(reasons.keys() - used):
        yield Finding(EXCEPTIONS, 1, f"`{pattern}` excuses nothing any more: remove it.")


def _does_something(module: ast.Module) -> bool:
    """Tell whether there is a function to test: names, limits and records say only themselves."""
    return any(
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) for node in statements(module)
    )


def _test_file(path: str) -> str:
    module = PurePosixPath(path)
    return str(module.parent / "tests" / f"test_{module.name}")


def _tested(tree: Tree) -> Iterator[str]:
    """Give the modules that a test of their own package names or imports."""
    for path in tree.python("libs", "services"):
        test = PurePosixPath(path)
        if test.parent.name != "tests" or not test.name.startswith("test_"):
            continue
        home = test.parent.parent
        yield str(home / test.name.removeprefix("test_"))
        for name, _ in imported(tree.parsed(path)):
            module = PurePosixPath(*name.split("."))
            if module.is_relative_to(home):
                yield f"{module}.py"
                yield f"{module.parent}.py"
