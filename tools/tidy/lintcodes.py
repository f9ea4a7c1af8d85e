"""The table of Istio's and Kiali's codes is written from the rules and the codes without one."""

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import PurePosixPath

from tools.tidy.tree import Finding, Tree

TABLE = "docs/lint-codes.md"
RULES = ("libs/lint/istiorules.py", "libs/lint/kialirules.py", "libs/lint/rules.py")
OTHERS = "libs/lint/othercodes.py"
CASES = "libs/lint/tests/cases"
_THEIRS = {"IST": "istioctl analyze", "KIA": "Kiali"}
_HEADER = """# Codes of messages

What `periplus check` says under the codes of `istioctl analyze` and Kiali, with the folder of a
case that shows it, and what it does not say and why. *Not yet*: it could be found and is not. *Not
here*: it is about something that no repository of configuration holds. Levels of both are theirs.

Written by `python -m tools.tidy --fix` from the rules in `libs/lint`, and from `othercodes.py`.
"""


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of the table."""

    code: str
    level: str
    text: str
    where: str


def check(tree: Tree) -> Iterator[Finding]:
    """Find codes that stand twice or have no case, and a table that says something else."""
    if OTHERS not in tree.files:
        return
    rows = tuple(_rows(tree))
    seen: set[str] = set()
    for row in rows:
        if row.code in seen:
            yield Finding(OTHERS, 1, f"`{row.code}` stands twice: keep one line.")
        seen.add(row.code)
        if not row.where:
            yield Finding(CASES, 1, f"no case shows `{row.code}`: write one.")
    if TABLE not in tree.files or tree.text(TABLE) != _table(rows):
        yield Finding(TABLE, 1, "is not what the rules say: run `python -m tools.tidy --fix`.")


def fix(tree: Tree) -> None:
    """Write the table."""
    if OTHERS in tree.files:
        (tree.root / TABLE).parent.mkdir(exist_ok=True)
        (tree.root / TABLE).write_text(_table(tuple(_rows(tree))), encoding="utf-8")


def _table(rows: tuple[_Row, ...]) -> str:
    parts = [_HEADER]
    for prefix, name in _THEIRS.items():
        lines = [
            f"| {row.code} | {row.level} | {row.text} | {row.where} |"
            for row in sorted(rows, key=lambda row: row.code)
            if row.code.startswith(prefix)
        ]
        head = f"## {name}\n\n| Code | Level | Says | Case, or why not |\n|---|---|---|---|\n"
        parts.append(head + "".join(f"{line}\n" for line in lines))
    return "\n".join(parts)


def _rows(tree: Tree) -> Iterator[_Row]:
    cases = _cases(tree)
    levels: dict[str, str] = {}
    for path in RULES:
        for code, level, text in _rules(tree.parsed(path)):
            levels[code] = level
            if code[:3] in _THEIRS:
                yield _Row(code, _level(level), text, _link(cases.get(code, "")))
    for kind, values in _others(tree.parsed(OTHERS)):
        yield _ROWS[kind](values, levels)


def _rules(module: ast.Module) -> Iterator[tuple[str, str, str]]:
    """Return code, level and the first sentences of the text below each rule."""
    for node, after in pairwise(module.body):
        value = node.value if isinstance(node, ast.Assign) else None
        if isinstance(value, ast.Call) and ast.unparse(value.func) == "Rule":
            code, level = value.args[0], value.args[1]
            said = after.value if isinstance(after, ast.Expr) else None
            text = said.value if isinstance(said, ast.Constant) else ""
            yield ast.literal_eval(code), ast.unparse(level), " ".join(str(text).split())


def _others(module: ast.Module) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Return kind and fields of each code without a rule; names stand for the module's texts."""
    texts = {
        ast.unparse(node.targets[0]): node.value.value
        for node in module.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
    }
    fields = {
        node.name: [ast.unparse(one.target) for one in node.body if isinstance(one, ast.AnnAssign)]
        for node in module.body
        if isinstance(node, ast.ClassDef)
    }
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and (kind := ast.unparse(node.func)) in _ROWS:
            values = [
                str(one.value) if isinstance(one, ast.Constant) else _named(one, texts)
                for one in node.args
            ]
            yield kind, dict(zip(fields[kind], values, strict=True))


def _named(node: ast.expr, texts: Mapping[str, object]) -> str:
    name = ast.unparse(node)
    return str(texts.get(name, name))


def _said_as(one: Mapping[str, str], levels: Mapping[str, str]) -> _Row:
    level = levels.get(one["instead"], "Level.ERROR")
    where = f"said as {one['instead']}: {_link(one['case'])}"
    return _Row(one["code"], _level(level), one["text"], where)


def _by_reader(one: Mapping[str, str], _levels: Mapping[str, str]) -> _Row:
    return _Row(one["code"], _level(one["level"]), one["text"], _link(one["case"]))


def _outside(one: Mapping[str, str], _levels: Mapping[str, str]) -> _Row:
    return _Row(one["code"], _level(one["level"]), one["text"], f"*not here*: {one['why']}")


def _unbuilt(one: Mapping[str, str], _levels: Mapping[str, str]) -> _Row:
    return _Row(one["code"], _level(one["level"]), one["text"], f"*not yet*: {one['missing']}")


_ROWS: Mapping[str, Callable[[Mapping[str, str], Mapping[str, str]], _Row]] = {
    "SaidAs": _said_as,
    "SaidByReader": _by_reader,
    "Outside": _outside,
    "Unbuilt": _unbuilt,
}


def _level(text: str) -> str:
    return text.removeprefix("Level.").lower()


def _link(path: str) -> str:
    name = PurePosixPath(path).name
    return f"[{name}](../{path})" if path else ""


def _cases(tree: Tree) -> Mapping[str, str]:
    """Return for each code the case that shows it with the fewest other codes."""
    found: dict[str, tuple[int, str]] = {}
    for path in tree.files:
        if not path.startswith(f"{CASES}/") or not path.endswith("/messages.txt"):
            continue
        words = tree.text(path).replace(":", " ").split()
        codes = {word for word in words if word[:3] in _THEIRS and word[3:].isdecimal()}
        folder = str(PurePosixPath(path).parent)
        for code in codes:
            found[code] = min(found.get(code, (len(codes), folder)), (len(codes), folder))
    return {code: folder for code, (_, folder) in found.items()}
