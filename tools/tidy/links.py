"""Links between documents lead to files that exist."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from tools.tidy.tree import Finding, Tree

_LINK = re.compile(r"\[[^\]\n]*\]\((?P<target>[^)\s]+)\)")


def check(tree: Tree) -> Iterator[Finding]:
    """Find relative links in Markdown files whose target is missing."""
    for path in tree.files:
        if not path.endswith(".md"):
            continue
        for number, line in enumerate(tree.text(path).splitlines(), 1):
            for match in _LINK.finditer(line):
                target = match["target"].split("#")[0]
                if target and "://" not in target and not _exists(tree, path, target):
                    yield Finding(path, number, f"links to `{target}`, which is not there.")


def _exists(tree: Tree, path: str, target: str) -> bool:
    return (tree.root / PurePosixPath(path).parent / target).exists()
