"""Every field about traffic that users write is in a table of expectations, or says where it is."""

from pathlib import Path

import pytest
import yaml

from tests.agree.inventory import MESH, SPECS, known, wanted, written
from tests.e2e.shownelsewhere import NO_CALL_SHOWS, SHOWN_ELSEWHERE

_HERE = Path(__file__).parent
_ROOT = _HERE.parent.parent


@pytest.fixture(scope="module")
def in_tables() -> frozenset[str]:
    """Return every field that some table writes."""
    found: set[str] = set()
    for path in sorted((_HERE / "expectations").rglob("*.yaml")):
        for one in yaml.safe_load_all(path.read_text(encoding="utf-8")):
            if one and "calls" in one:
                found |= written(MESH, one.get("mesh", {}))
            elif one and one.get("kind") in SPECS:
                found |= written(one["kind"], one.get("spec") or {})
    return frozenset(found)


def test_every_field_has_a_table_or_says_where_it_is_shown(in_tables: frozenset[str]) -> None:
    """Fields that have no effect are said by `check`, and need no table."""
    excused = SHOWN_ELSEWHERE.keys() | NO_CALL_SHOWS.keys()
    assert sorted(wanted() - in_tables - excused) == []


def test_no_field_is_excused_that_has_a_table(in_tables: frozenset[str]) -> None:
    """An excuse goes with the table that makes it needless, or with its field."""
    excused = SHOWN_ELSEWHERE.keys() | NO_CALL_SHOWS.keys()
    assert sorted(excused & in_tables) == []
    assert sorted(excused - known()) == []
    assert SHOWN_ELSEWHERE.keys().isdisjoint(NO_CALL_SHOWS)


@pytest.mark.parametrize("place", sorted(set(SHOWN_ELSEWHERE.values())))
def test_what_shows_a_field_elsewhere_is_there(place: str) -> None:
    """The name of each of its fields stands in that test's text, as users or as Python write it."""
    text = (_ROOT / place).read_text(encoding="utf-8")
    for field, where in SHOWN_ELSEWHERE.items():
        name = field.split()[0].split(".")[1]
        assert where != place or name in text or _attribute(name) in text, field


def _attribute(name: str) -> str:
    return "".join(f"_{one.lower()}" if one.isupper() else one for one in name)
