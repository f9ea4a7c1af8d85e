"""Rules across fields as CEL, for `x-kubernetes-validations`.

What a model declares as alternatives is written out from there; the others are in `rules.yaml`.
"""

import re
import types
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import yaml

from libs.meshapi.base import Model
from libs.meshapi.rules.common import listing
from libs.meshapi.schema import attribute_of, name_of

Rule = dict[str, str]

_RESERVED = frozenset(
    [
        "as",
        "break",
        "const",
        "continue",
        "else",
        "false",
        "for",
        "function",
        "if",
        "import",
        "in",
        "let",
        "loop",
        "namespace",
        "null",
        "package",
        "return",
        "true",
        "var",
        "void",
        "while",
    ]
)
_FILLED: Mapping[Any, dict[str, Any]] = {
    bool: {"enum": [True]},
    int: {"not": {"enum": [0]}},
    str: {"minLength": 1},
    tuple: {"minItems": 1},
}
_FILE = Path(__file__).parent / "rules.yaml"
_MODELS = "libs.meshapi."
_WRITTEN = re.compile(r"\{([a-z]\w*)\}")


def validations(model: type[Model]) -> list[Rule]:
    """Return the rules of a model's mapping; empty where it has none."""
    return [*_alternatives(model), *_rules(model)]


def _alternatives(model: type[Model]) -> Iterator[Rule]:
    fields = model.model_fields
    for group in model.ALTERNATIVES:
        names = [name_of(fields[one], one) for one in group if one in fields]
        if len(names) > 1:
            count = " + ".join(f"({_written(model, name)} ? 1 : 0)" for name in names)
            message = f"{listing(names)} exclude each other; keep one of them"
            yield {"rule": f"{count} <= 1", "message": message}


def exclusions(model: type[Model]) -> dict[str, Any]:
    """Return a model's alternatives as a schema without CEL, which costs nothing to judge."""
    pairs = [_both(model, *pair) for group in model.ALTERNATIVES for pair in combinations(group, 2)]
    return {"not": {"anyOf": pairs}} if pairs else {}


def _both(model: type[Model], *attributes: str) -> dict[str, Any]:
    """Say in a schema that fields are there and not empty."""
    fields = model.model_fields
    names = {name_of(fields[one], one): _bare(fields[one].annotation) for one in attributes}
    filled = {name: _FILLED[kind] for name, kind in names.items() if kind in _FILLED}
    return {"required": list(names)} | ({"properties": filled} if filled else {})


def _rules(model: type[Model]) -> Iterator[Rule]:
    for one in model.__mro__:
        name = f"{one.__module__.removeprefix(_MODELS)}.{one.__name__}"
        for entry in table().get(name, ()):
            rule = _WRITTEN.sub(lambda found: _written(model, found[1]), entry["rule"])
            yield {"rule": " ".join(rule.split()), "message": entry["says"]}


@cache
def table() -> Mapping[str, Sequence[Rule]]:
    """Return the rules of `rules.yaml` by `module.Model`: what must hold, and what it says."""
    read: Mapping[str, Sequence[Rule]] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return read


def _written(model: type[Model], name: str) -> str:
    """Say in CEL that a field is there and not empty, as the rules in Python mean it."""
    annotation = model.model_fields[attribute_of(model, name)].annotation
    place = f"self.{escaped(name)}"
    kind = _bare(annotation)
    more = {bool: place, int: f"{place} != 0", str: f"{place} != ''"}.get(kind)
    if kind is tuple:
        more = f"size({place}) > 0"
    return f"(has({place}) && {more})" if more else f"has({place})"


def escaped(name: str) -> str:
    """Return a field's name as CEL in Kubernetes writes it.

    Source: the Kubernetes documentation on validation rules, "escaping".
    """
    if name in _RESERVED:
        return f"__{name}__"
    return name.replace("__", "__underscores__").replace("-", "__dash__")


def _bare(annotation: Any) -> Any:
    origin = get_origin(annotation)
    if origin is Annotated:
        return _bare(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        return _bare(next(one for one in get_args(annotation) if one is not types.NoneType))
    if origin is Literal:
        return str
    return Mapping if origin is Mapping else origin or annotation
