"""Cases of old objects: what they are read as today, and every note about them."""

from pathlib import Path

import pytest

from libs.meshapi.dialects.convert import convert
from libs.meshapi.dialects.kinds import is_old
from libs.meshapi.dialects.run import context_of
from libs.meshapi.dialects.tests.casefiles import CASES, expected, outcome
from libs.meshapi.parse import parse_file


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_old_objects_become_what_is_written_beside_them(case: Path) -> None:
    """Objects and notes, with line and sentence, are those of the expected file."""
    assert outcome(case) == expected(case).read_text(encoding="utf-8")


def test_every_expectation_has_its_case() -> None:
    """No expected file is left behind by a case that was renamed."""
    folder = CASES[0].parent
    assert sorted(folder.glob("*.expected.txt")) == sorted(expected(case) for case in CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_the_order_of_the_objects_decides_nothing(case: Path) -> None:
    """Backwards, the same objects give the same objects and notes."""
    objects = parse_file(case.name, case.read_bytes()).objects
    old = [one for one in objects if is_old(one.model)]
    context = context_of(one.object for one in objects if not is_old(one.model))
    assert convert(old, context) == convert(old[::-1], context)
