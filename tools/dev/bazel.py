"""`./dev bazel`: the libs' unit tests under Debian's Bazel, without network."""

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.dev import shell

TOOLCHAIN = """\
load("@bazel_tools//tools/python:toolchain.bzl", "py_runtime_pair")

py_runtime(
    name = "runtime",
    interpreter_path = "{python}",
    python_version = "PY3",
)

py_runtime_pair(
    name = "pair",
    py3_runtime = ":runtime",
)

toolchain(
    name = "toolchain",
    toolchain = ":pair",
    toolchain_type = "@bazel_tools//tools/python:toolchain_type",
)
"""


def main(args: Sequence[str]) -> int:
    """Check that all BUILD files fit, then run the libs' tests; or run Bazel with ARGS."""
    if shutil.which("bazel") is None:
        print("dev: bazel is not installed; on Debian: ./dev parts, as root.", file=sys.stderr)
        return 2
    write_toolchain(shell.ROOT / "build" / "bazel" / "python", Path(sys.executable))
    if args:
        return shell.run(["bazel", *args])
    return shell.run(["bazel", "build", "--nobuild", "//..."]) or shell.run(
        ["bazel", "test", "//libs/..."]
    )


def write_toolchain(folder: Path, python: Path) -> None:
    """Write the repository that names the interpreter; a file that is right is left alone."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        "WORKSPACE": 'workspace(name = "periplus_python")\n',
        "BUILD": TOOLCHAIN.format(python=python),
    }
    for name, text in files.items():
        path = folder / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
