"""Every field about traffic that users write is in a table of expectations, or says where it is."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest
import yaml

from libs.meshapi.base import Model
from libs.meshapi.effects import MESH_CONFIG
from libs.meshapi.meshconfig.config import MeshConfig
from libs.meshapi.schema import bare, name_of
from tests.agree.inventory import SPECS, wanted, written
from tests.agree.notshown import NOT_SHOWN
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
                found |= {field for field, _ in _settings(MeshConfig, one.get("mesh", {}))}
            elif one and one.get("kind") in SPECS:
                found |= written(one["kind"], one.get("spec") or {})
    return frozenset(found)


def test_every_field_has_a_table_or_says_where_it_is_shown(in_tables: frozenset[str]) -> None:
    """Fields that have no effect are said by `check`, and need no table."""
    everything = (wanted() | NOT_SHOWN.keys() | _mesh_fields()) - in_tables
    assert (
        sorted(everything - NOT_SHOWN.keys() - SHOWN_ELSEWHERE.keys() - NO_CALL_SHOWS.keys()) == []
    )


def test_no_field_is_excused_that_has_a_table(in_tables: frozenset[str]) -> None:
    """An excuse goes with the table that makes it needless, or with its field."""
    excused = SHOWN_ELSEWHERE.keys() | NO_CALL_SHOWS.keys()
    assert sorted(excused & in_tables) == []
    assert sorted(excused - wanted() - _mesh_fields()) == []
    assert SHOWN_ELSEWHERE.keys().isdisjoint(NO_CALL_SHOWS)


@pytest.mark.parametrize("place", sorted(set(SHOWN_ELSEWHERE.values())))
def test_what_shows_a_field_elsewhere_is_there(place: str) -> None:
    """The last part of each of its fields stands in that test's text, or a word of its meaning."""
    text = (_ROOT / place).read_text(encoding="utf-8")
    for field, where in SHOWN_ELSEWHERE.items():
        name = field.partition(".")[2].split()[0]
        assert where != place or name in text or _attribute(name) in text, field


def _attribute(name: str) -> str:
    return "".join(f"_{one.lower()}" if one.isupper() else one for one in name)


def _mesh_fields() -> frozenset[str]:
    """Return the fields of a mesh's settings that have an effect and stand in no kind as well."""
    of_kinds = {one.partition(".")[0] for one in wanted() | NOT_SHOWN.keys()}
    found = _declared(MeshConfig, (), frozenset())
    return frozenset(one for one in found if one.partition(".")[0] not in of_kinds)


def _declared(
    model: type[Model], path: tuple[str, ...], above: frozenset[type[Model]]
) -> Iterator[str]:
    for name, inside in _fields(model):
        here = (*path, name)
        if ".".join(here) in _WITHOUT or inside in above:
            continue
        yield f"{model.__name__}.{name}"
        if inside is not None:
            yield from _declared(inside, here, above | {model})


_WITHOUT = frozenset(path.replace("[]", "") for path in MESH_CONFIG)


def _settings(model: type[Model], value: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the fields that settings write, as deep as models go."""
    for name, inside in _fields(model):
        if name not in value:
            continue
        held = value[name]
        yield f"{model.__name__}.{name}", held
        for each in held if isinstance(held, list) else [held]:
            if inside is not None and isinstance(each, dict):
                yield from _settings(inside, each)


def _fields(model: type[Model]) -> Iterator[tuple[str, type[Model] | None]]:
    """Yield the names of fields, each with the model that it holds, if any."""
    for attribute, info in model.model_fields.items():
        kind = bare(info.annotation)
        if get_origin(kind) is tuple:
            kind = bare(get_args(kind)[0])
        elif get_args(kind):
            kind = bare(get_args(kind)[-1])
        holds = isinstance(kind, type) and issubclass(kind, Model)
        yield name_of(info, attribute), kind if holds else None
