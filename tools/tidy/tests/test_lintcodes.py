"""The table of codes is what the rules say, every code stands once and has a case."""

from collections.abc import Mapping

import pytest

from tools.tidy import lintcodes
from tools.tidy.tests.conftest import Checkout

OTHERS = """
WHY = "Nobody has needed it."
class Unbuilt:
    code: str
    level: str
    text: str
    missing: str
A = Unbuilt("KIA0002", Level.ERROR, "Two of them.", WHY)
"""
SOURCES = {
    **dict.fromkeys(lintcodes.RULES, ""),
    lintcodes.RULES[0]: 'A = Rule("IST0101", Level.ERROR, B)\n"""It is not there."""\n',
    lintcodes.OTHERS: OTHERS,
    f"{lintcodes.CASES}/a-case/messages.txt": "m:1:1: error IST0101: A b: c\n",
}


def found(checkout: Checkout, files: Mapping[str, str]) -> list[str]:
    """Return what is wrong once the table is written."""
    lintcodes.fix(checkout(files))
    return [str(finding) for finding in lintcodes.check(checkout({}))]


def test_the_table_has_a_line_for_every_code(checkout: Checkout) -> None:
    """Rules with their level, text and case; codes without one with the reason."""
    assert found(checkout, SOURCES) == []
    table = checkout({}).text(lintcodes.TABLE)
    link = "[a-case](../libs/lint/tests/cases/a-case)"
    assert f"| IST0101 | error | It is not there. | {link} |\n" in table
    assert "| KIA0002 | error | Two of them. | *not yet*: Nobody has needed it. |\n" in table


def test_a_table_that_says_something_else_is_found(checkout: Checkout) -> None:
    """A rule whose text changed makes the table stale."""
    found(checkout, SOURCES)
    changed = SOURCES[lintcodes.RULES[0]].replace("not there", "gone")
    findings = [str(one) for one in lintcodes.check(checkout({lintcodes.RULES[0]: changed}))]
    assert findings == [f"{lintcodes.TABLE}:1: is not what the rules say: run `{FIX}`."]


FIX = "python -m tools.tidy --fix"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {f"{lintcodes.CASES}/a-case/messages.txt": "fine\n"},
            f"{lintcodes.CASES}:1: no case shows `IST0101`: write one.",
        ),
        (
            {lintcodes.OTHERS: OTHERS.replace("KIA0002", "IST0101")},
            f"{lintcodes.OTHERS}:1: `IST0101` stands twice: keep one line.",
        ),
    ],
)
def test_a_code_has_one_line_and_a_case(
    checkout: Checkout, change: Mapping[str, str], said: str
) -> None:
    """A table that would be written is not enough."""
    assert found(checkout, {**SOURCES, **change}) == [said]


def test_a_checkout_without_rules_has_no_table(checkout: Checkout) -> None:
    """Other checkouts are left alone."""
    assert found(checkout, {"a.py": ""}) == []
    assert lintcodes.TABLE not in checkout({}).files
