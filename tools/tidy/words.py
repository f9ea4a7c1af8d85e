"""Words that no file may hold: postponed work, hosts of registries, paths of one machine."""

import re
from collections.abc import Iterator

from tools.tidy.tree import Finding, Tree

_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(r"\b(?:TO[D]O|FIX[M]E|X[X]X)\b"),
        "do it now, or drop the thought: postponed work is not kept in files.",
    ),
    (
        re.compile(
            r"\b(?:pypi\.org|pythonhosted\.org|maven\.org|maven\.apache\.org|proxy\.golang\.org"
            r"|npmjs\.org|docker\.io|ghcr\.io|quay\.io|gcr\.io|crates\.io)\b"
        ),
        "names a registry's host: name the package and let the client's settings find it.",
    ),
    (
        re.compile(r"(?<![\w.}>)~-])/(?:work|root|home/\w+)/|(?<![\w.}>)~-])/tmp/\w"),
        "names a path of one machine: use a parameter, a variable or a temporary folder.",
    ),
    (
        re.compile(r"\b[Ii]ssue #?\d+\b"),
        "names a ticket: say the reason itself.",
    ),
)


def check(tree: Tree) -> Iterator[Finding]:
    """Find forbidden words in every text file of the checkout."""
    for path in tree.files:
        if path.startswith("requirements/") and path.endswith(".txt"):
            continue
        for number, line in enumerate(tree.text(path).splitlines(), 1):
            for pattern, advice in _RULES:
                match = pattern.search(line)
                if match is not None:
                    yield Finding(path, number, f"`{match[0]}` {advice}")
