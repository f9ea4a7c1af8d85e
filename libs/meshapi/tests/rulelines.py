"""Which sentences of the rules the case files reach."""

import ast
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

RULES = Path(__file__).parent.parent / "rules"
Line = tuple[str, int]


def sentences() -> Iterator[Line]:
    """Give file and first line of every statement in the rules that makes a problem."""
    for path in sorted(RULES.rglob("*.py")):
        if "tests" not in path.parts[len(RULES.parts) :]:
            name = str(path.relative_to(RULES))
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Expr | ast.Return) and _makes_problem(node):
                    yield name, node.lineno


def _makes_problem(statement: ast.stmt) -> bool:
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("Problem", "_problem")
        for node in ast.walk(statement)
    )


@contextmanager
def recorded() -> Iterator[set[Line]]:
    """Record the lines of the rules that run inside the block."""
    seen: set[Line] = set()
    before = sys.gettrace()
    sys.settrace(_tracer(seen))
    try:
        yield seen
    finally:
        sys.settrace(before)


def _tracer(seen: set[Line]) -> Callable[[FrameType, str, Any], Any]:
    def on_line(frame: FrameType, event: str, _: object) -> Any:
        if event == "line":
            path = Path(frame.f_code.co_filename)
            seen.add((str(path.relative_to(RULES)), frame.f_lineno))
        return on_line

    def on_call(frame: FrameType, _: str, __: object) -> Any:
        return on_line if frame.f_code.co_filename.startswith(f"{RULES}/") else None

    return on_call
