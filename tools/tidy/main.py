"""Runs every check of tidy over the checkout."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tools.tidy import (
    beside,
    buildfiles,
    cases,
    links,
    lintcodes,
    purity,
    realcases,
    sizes,
    testimports,
    tree,
    words,
)

ROOT = Path(__file__).resolve().parents[2]

CHECKS: tuple[Callable[[tree.Tree], Iterator[tree.Finding]], ...] = (
    sizes.check,
    words.check,
    purity.check,
    beside.check,
    testimports.check,
    cases.check,
    realcases.check,
    lintcodes.check,
    links.check,
    buildfiles.check,
)


def main(argv: Sequence[str], root: Path = ROOT) -> int:
    """Print findings, one a line; with `--fix` write generated files first. 1 if any."""
    checkout = tree.read(root)
    if "--fix" in argv:
        buildfiles.fix(checkout)
        lintcodes.fix(checkout)
        checkout = tree.read(root, checkout)
    findings = [finding for check in CHECKS for finding in check(checkout)]
    for finding in findings:
        print(finding)
    return 1 if findings else 0
