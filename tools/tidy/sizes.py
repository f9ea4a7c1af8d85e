"""Red zones: files and functions that nobody can hold in mind, packages whose `__init__` works."""

import ast
from collections.abc import Iterator

from tools.tidy.statements import statements
from tools.tidy.tree import Finding, Tree

FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 60


def check(tree: Tree) -> Iterator[Finding]:
    """Find what is too long, and code in package initialisers."""
    for path in tree.python():
        lines = tree.text(path).count("\n")
        if lines > FILE_LINES_MAX:
            yield Finding(path, 1, f"{lines} lines, limit {FILE_LINES_MAX}: split it by concept.")
        yield from _functions(path, tree.parsed(path))
        if path.endswith("__init__.py"):
            yield from _initialiser(path, tree.parsed(path))


def _functions(path: str, module: ast.Module) -> Iterator[Finding]:
    for node in statements(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES_MAX:
                text = f"`{node.name}` has {lines} lines, limit {FUNCTION_LINES_MAX}: split it."
                yield Finding(path, node.lineno, text)


def _initialiser(path: str, module: ast.Module) -> Iterator[Finding]:
    if ast.get_docstring(module) is None:
        yield Finding(path, 1, "say in a docstring what the package is and what it may not do.")
    for node in module.body[1:]:
        yield Finding(path, node.lineno, "an __init__ has no code: import modules instead.")
