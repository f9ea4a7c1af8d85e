"""Codes without a rule: each once, and what is said instead is really said."""

from pathlib import Path

import pytest

from libs.desired.finding import Rule
from libs.lint import istiorules, kialirules, rules
from libs.lint.othercodes import OTHER_CODES, SaidAs
from libs.meshapi.tests import casefiles

ROOT = Path(casefiles.__file__).parents[3]
INSTEAD = [one for one in OTHER_CODES if isinstance(one, SaidAs)]
RULES = {
    one.code
    for registry in (rules, istiorules, kialirules)
    for one in vars(registry).values()
    if isinstance(one, Rule)
}


def test_no_code_stands_twice() -> None:
    """A code has a rule or a line among the others, and one line at most."""
    codes = [one.code for one in OTHER_CODES]
    assert len(codes) == len(set(codes))
    assert RULES.isdisjoint(codes)


@pytest.mark.parametrize("one", INSTEAD, ids=lambda one: one.code)
def test_a_finding_is_said_under_the_other_code(one: SaidAs) -> None:
    """The case that a line names has a message of the code that it names."""
    case = ROOT / one.case
    said = case / "messages.txt" if case.is_dir() else case.with_suffix(".expected.txt")
    assert f" {one.instead}:" in said.read_text()
