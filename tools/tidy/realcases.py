"""Every case of a contract has passed on the real server in the form that it has now.

A twin in memory passes whatever it was written to pass. So each run against the real server can
write down which cases passed, with a digest of what each does, and a case that is new or another
since then is a finding until such a run.
"""

import ast
import hashlib
import json
from collections.abc import Iterator, Mapping

from tools.tidy.tree import Finding, Tree

CASES = "tests/contract/test_kubecluster.py"
RECORD = "tests/contract/passed_on_a_real_server.json"
FIXTURES = frozenset({"server", "cluster"})
"""A case that asks for one of these is tried on each implementation."""
_HEX_DIGITS = 16
_AGAIN = f"run `./dev test {CASES} --record` where there is a real one."


def check(tree: Tree) -> Iterator[Finding]:
    """Find cases that are not known to pass on a real server, and records of none."""
    if CASES not in tree.files:
        return
    passed: Mapping[str, str] = {}
    if RECORD in tree.files:
        passed = json.loads(tree.text(RECORD))["passed"]
    module = tree.parsed(CASES)
    wanted = digests(module)
    lines = {one.name: one.lineno for one in _functions(module).values()}
    for name, digest in wanted.items():
        if passed.get(name) != digest:
            state = "as it is now " if name in passed else ""
            text = f"`{name}` has not passed {state}on a real server: {_AGAIN}"
            yield Finding(CASES, lines[name], text)
    for name in sorted(passed.keys() - wanted.keys()):
        yield Finding(RECORD, 1, f"`{name}` is no case any more: {_AGAIN}")


def digests(module: ast.Module) -> Mapping[str, str]:
    """Return a digest of each case: of its code, and of the module's own functions that it uses."""
    functions = _functions(module)
    return {
        name: _digest(node, functions)
        for name, node in functions.items()
        if name.startswith("test_") and FIXTURES & {one.arg for one in node.args.args}
    }


def record(digest_of: Mapping[str, str], server: str) -> str:
    """Return the text of a record of cases that passed on a server of this version."""
    content = {"server": server, "passed": dict(sorted(digest_of.items()))}
    return json.dumps(content, indent=2) + "\n"


def _functions(module: ast.Module) -> Mapping[str, ast.FunctionDef]:
    return {node.name: node for node in module.body if isinstance(node, ast.FunctionDef)}


def _digest(node: ast.FunctionDef, functions: Mapping[str, ast.FunctionDef]) -> str:
    used = sorted(_used(node, functions, {node.name}))
    text = "".join(_code(functions[name]) for name in used)
    return hashlib.sha256(text.encode()).hexdigest()[:_HEX_DIGITS]


def _used(
    node: ast.FunctionDef, functions: Mapping[str, ast.FunctionDef], seen: set[str]
) -> set[str]:
    names = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
    for name in (names & functions.keys()) - seen:
        seen.add(name)
        _used(functions[name], functions, seen)
    return seen


def _code(node: ast.FunctionDef) -> str:
    """Return what a function does, whatever it says of it and how it is laid out."""
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    lines = [node.name, ast.unparse(node.args), *(ast.unparse(one) for one in body)]
    return "\n".join(lines)
