"""The statements of a Python file, at any depth."""

import ast
from functools import cache


@cache
def statements(module: ast.Module) -> tuple[ast.stmt, ...]:
    """Give all statements in their order, and no expression: those are most of a tree."""
    found: list[ast.stmt] = []
    waiting: list[ast.AST] = [module]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.stmt):
            found.append(node)
        inner = [one for name in _BLOCKS for one in getattr(node, name, ())]
        waiting.extend(reversed(inner))
    return tuple(found)


_BLOCKS = ("body", "handlers", "orelse", "finalbody", "cases")
