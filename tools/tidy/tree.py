"""The files of a checkout, read once: what git knows or would add."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

CODE_ROOTS = ("libs", "services", "tools", "tests")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to change: where, and a sentence that says what to do."""

    path: str
    line: int
    text: str

    def __str__(self) -> str:
        """Give it as editors jump to it."""
        return f"{self.path}:{self.line}: {self.text}"


@dataclass(frozen=True, slots=True)
class Tree:
    """A checkout: its root, the relative paths of its files, sorted, and what was parsed so far."""

    root: Path
    files: tuple[str, ...]
    modules: dict[str, ast.Module] = field(default_factory=dict)
    _texts: dict[str, str] = field(default_factory=dict)

    def text(self, path: str) -> str:
        """Give a file's text; bytes that are not UTF-8 become marks."""
        if path not in self._texts:
            text = (self.root / path).read_text(encoding="utf-8", errors="replace")
            self._texts[path] = text
        return self._texts[path]

    def parsed(self, path: str) -> ast.Module:
        """Give a Python file's syntax tree; SyntaxError as Python raises it."""
        if path not in self.modules:
            self.modules[path] = ast.parse(self.text(path), filename=path)
        return self.modules[path]

    def python(self, *tops: str) -> Iterator[str]:
        """Give the Python files below the top folders, or all of them."""
        for path in self.files:
            if path.endswith(".py") and (not tops or path.split("/")[0] in tops):
                yield path


def read(root: Path, former: Tree | None = None) -> Tree:
    """List a checkout with git; ignored files are left out, new ones are not.

    Python files are taken to be as a former tree has them.
    """
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=root, capture_output=True, check=True)
    names = {name for name in done.stdout.decode("utf-8", "surrogateescape").split("\0") if name}
    files = tuple(sorted(name for name in names if (root / name).is_file()))
    return Tree(root, files, former.modules if former else {})


def is_test_path(path: str) -> bool:
    """Tell whether a file lies in a `tests` folder."""
    return "tests" in PurePosixPath(path).parts[:-1]
