"""Cases of old objects: what they are read as today, and every note about them."""

from pathlib import Path

import pytest

from libs.meshapi.codes import FIELD_WITHOUT_EFFECT
from libs.meshapi.dialects import codes
from libs.meshapi.dialects.convert import convert
from libs.meshapi.dialects.inset import converted
from libs.meshapi.dialects.kinds import is_old
from libs.meshapi.dialects.run import context_of
from libs.meshapi.dump import to_yaml
from libs.meshapi.parse import parse_file

LEFT_OUT = (f"{codes.CONVERTED}:", f"{FIELD_WITHOUT_EFFECT}:")
"""What is the same for every old object, and what changes with what is compiled."""

CASES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))


def outcome(case: Path) -> str:
    """Read a case as a set; write its objects and messages down, without the name of the file."""
    objects, messages = converted([parse_file(case.name, case.read_bytes())])
    made = [one.object for one in objects if one.key.kind not in ("Service", "Ingress")]
    lines = (str(message).removeprefix(f"{case.name}:") for message in messages)
    said = "".join(f"# {line}\n" for line in lines if line.split(" ")[2] not in LEFT_OUT)
    return to_yaml(made) + said if made else said


def expected(case: Path) -> Path:
    """Where the outcome of a case is written down."""
    return case.with_suffix(".expected.txt")


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
    old = [one for one in objects if is_old(one.object)]
    context = context_of(one.object for one in objects if not is_old(one.object))
    assert convert(old, context) == convert(old[::-1], context)
