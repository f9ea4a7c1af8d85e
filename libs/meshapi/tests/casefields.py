"""Which fields of which models the case files use rightly, and which they use wrongly."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import ValidationError

from libs.kernel.messages import Level
from libs.meshapi import kinds
from libs.meshapi.base import Model
from libs.meshapi.limits import DEFAULT_LIMITS
from libs.meshapi.meshconfig.networks import MeshNetworks
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.positions import NodeTree
from libs.meshapi.reading import Document, Reading, read_object
from libs.meshapi.rules.meshconfig import check_networks
from libs.meshapi.schema import annotation_at, attribute_of
from libs.meshapi.tests.casefiles import CASES, NETWORKS_CASES
from libs.meshapi.values import TooMuchError, ValueBuilder
from libs.meshapi.yamlnodes import pieces_of

_IDENTITY = frozenset({"api_version", "kind"})
Field = tuple[type[Model], str]


@dataclass(frozen=True, slots=True)
class Use:
    """Fields that an accepted object writes, and fields that an error is about."""

    rightly: frozenset[Field]
    wrongly: frozenset[Field]


def every_field() -> frozenset[Field]:
    """Return each field of each model that can stand in a file, beside what names its kind."""
    models: set[type[Model]] = set()
    waiting: list[type[Model]] = [*kinds.MODELS, MeshNetworks]
    while waiting:
        model = waiting.pop()
        if model not in models:
            models.add(model)
            for field in model.model_fields.values():
                waiting.extend(_models_in(field.annotation))
    fields = ((model, name) for model in models for name in model.model_fields)
    return frozenset(field for field in fields if field[1] not in _IDENTITY)


def _models_in(annotation: Any) -> Iterator[type[Model]]:
    if isinstance(annotation, type) and issubclass(annotation, Model):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)


def use() -> Use:
    """Read every case file."""
    rightly: set[Field] = set()
    wrongly: set[Field] = set()
    for reading, model in readings():
        if reading.object is not None:
            rightly.update(written(reading.object))
        for problem in reading.problems:
            if problem.level is Level.ERROR:
                wrongly.update(owner_of(model, problem.path))
    for raw, _ in documents(NETWORKS_CASES):
        try:
            networks = MeshNetworks.model_validate(raw, by_alias=True, by_name=False)
        except ValidationError as error:
            for details in error.errors():
                wrongly.update(owner_of(MeshNetworks, details["loc"]))
            continue
        problems = list(check_networks(networks))
        for problem in problems:
            wrongly.update(owner_of(MeshNetworks, problem.path))
        if not problems:
            rightly.update(written(networks))
    return Use(frozenset(rightly), frozenset(wrongly))


def readings() -> Iterator[tuple[Reading, type[MeshObject]]]:
    """Give what every object of a modelled kind in the cases was read as."""
    for raw, tree in documents(CASES):
        items = raw.get("items", ()) if isinstance(raw, dict) and "spec" not in raw else ()
        for one in items or (raw,):
            model = kinds.BY_KIND.get(_kind(one))
            if model is not None:
                yield read_object(one, (), Document(tree, True, 200)), model


def documents(cases: Sequence[Path]) -> Iterator[tuple[Any, NodeTree]]:
    """Give the value of every document of the cases that is YAML."""
    for case in cases:
        for piece in pieces_of(case.name, case.read_text(encoding="utf-8")):
            with suppress(yaml.YAMLError, TooMuchError):
                for root in piece.documents():
                    raw = ValueBuilder(piece, DEFAULT_LIMITS, 10_000).build(root)
                    yield raw, NodeTree(piece, root)


def written(model: Model) -> Iterator[Field]:
    """Give the fields that were written, at every depth."""
    for name in model.model_fields_set:
        if name in type(model).model_fields:
            yield from ((one, name) for one in _lineage(type(model), name))
            yield from _written_in(getattr(model, name))


def _written_in(value: Any) -> Iterator[Field]:
    if isinstance(value, Model):
        yield from written(value)
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _written_in(one)
    elif isinstance(value, tuple):
        for one in value:
            yield from _written_in(one)


def owner_of(model: type[Model], path: tuple[str | int, ...]) -> Iterator[Field]:
    """Give the field that a path ends in; an item or a key belongs to its list or map."""
    for length in range(len(path), 0, -1):
        owner, name = annotation_at(model, path[: length - 1]), path[length - 1]
        if isinstance(owner, type) and issubclass(owner, Model) and isinstance(name, str):
            with suppress(KeyError):
                attribute = attribute_of(owner, name)
                yield from ((one, attribute) for one in _lineage(owner, attribute))
            return


def _lineage(model: type[Model], name: str) -> Iterator[type[Model]]:
    """Give the model and those that it inherits the field from: one case serves them all."""
    for one in model.__mro__:
        if issubclass(one, Model) and name in one.model_fields:
            yield one


def _kind(raw: Any) -> tuple[str, str]:
    if not isinstance(raw, dict) or not isinstance(raw.get("kind"), str):
        return "", ""
    return str(raw.get("apiVersion")).rpartition("/")[0], raw["kind"]
