"""A small checkout to judge."""

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tools.tidy import tree

Checkout = Callable[[Mapping[str, str]], tree.Tree]


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """Make a real git checkout out of paths and texts, and read it; call again to add files."""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)

    def make(files: Mapping[str, str]) -> tree.Tree:
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text, encoding="utf-8")
        return tree.read(tmp_path)

    return make
