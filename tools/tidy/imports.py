"""What a Python file imports, as dotted names."""

import ast
from collections.abc import Iterator

from tools.tidy.statements import statements


def imported(module: ast.Module) -> Iterator[tuple[str, int]]:
    """Give (dotted name, line) of every import, at any depth.

    `from a.b import c` gives `a.b.c`: whether c is a module or a name in one, the caller knows.
    """
    for node in statements(module):
        match node:
            case ast.Import(names=names):
                for alias in names:
                    yield alias.name, node.lineno
            case ast.ImportFrom(module=str(origin), names=names, level=0):
                for alias in names:
                    yield f"{origin}.{alias.name}", node.lineno
