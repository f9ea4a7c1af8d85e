"""All fields that users write about traffic, read off the models, and those that no call shows.

A field is `Model.field`: a model is counted once, wherever it stands, and the fields that hold it
are counted as well. Words of an enumeration and ways to match a text are fields of their own.
"""

from collections.abc import Iterator, Mapping
from typing import Any, get_args, get_origin

from libs.meshapi.base import Model
from libs.meshapi.destinationrule import DestinationRuleSpec
from libs.meshapi.effects import NO_EFFECT
from libs.meshapi.envoyfilter import EnvoyFilterSpec
from libs.meshapi.gateway import GatewaySpec
from libs.meshapi.matches import StringMatch
from libs.meshapi.schema import bare, field_names, name_of, words
from libs.meshapi.serviceentry import ServiceEntrySpec
from libs.meshapi.sidecar import SidecarSpec
from libs.meshapi.virtualservice import VirtualServiceSpec
from libs.meshapi.workloadentry import WorkloadEntrySpec
from tests.agree.notshown import NOT_SHOWN

SPECS: Mapping[str, type[Model]] = {
    "VirtualService": VirtualServiceSpec,
    "DestinationRule": DestinationRuleSpec,
    "Gateway": GatewaySpec,
    "ServiceEntry": ServiceEntrySpec,
    "WorkloadEntry": WorkloadEntrySpec,
    "Sidecar": SidecarSpec,
    "EnvoyFilter": EnvoyFilterSpec,
}
_PRESENT = "present"
"""A condition on a text that names neither text nor pattern: it has to be there."""
_LISTS = (tuple, list)


def wanted() -> frozenset[str]:
    """Return every field that a call can show: all of them but those stated in `NOT_SHOWN`."""
    known = {one for spec in SPECS.values() for one in _declared(spec, {})}
    without = {one for kind in SPECS for path in NO_EFFECT.get(kind, ()) for one in _at(kind, path)}
    return frozenset(known - without - NOT_SHOWN.keys())


def _at(kind: str, path: str) -> Iterator[str]:
    """Yield the fields of a path such as `spec.tcp[].match[].port`."""
    model, names = SPECS[kind], path.replace("[]", "").split(".")[1:]
    for name in names[:-1]:
        model = dict(_fields(model))[name][0] or model
    yield f"{model.__name__}.{names[-1]}"


def written(kind: str, spec: Mapping[str, Any]) -> frozenset[str]:
    """Return the fields that an object's `spec` sets, as users write it."""
    return frozenset(_written(SPECS[kind], spec))


def _declared(model: type[Model], seen: dict[type[Model], None]) -> Iterator[str]:
    if model in seen:
        return
    seen[model] = None
    for name, (inside, says) in _fields(model):
        field = f"{model.__name__}.{name}"
        if inside is StringMatch:
            yield from (f"{field}.{one}" for one in (*field_names(StringMatch), _PRESENT))
            continue
        yield from (f"{field} {word}" for word in says) if says else (field,)
        if inside is not None:
            yield from _declared(inside, seen)


def _written(model: type[Model], value: Mapping[str, Any]) -> Iterator[str]:
    for name, (inside, says) in _fields(model):
        if name not in value:
            continue
        field, held = f"{model.__name__}.{name}", value[name]
        items = held if isinstance(held, _LISTS) else (held,)
        if inside is StringMatch:
            yield from (f"{field}.{one}" for each in items for one in _conditions(each))
            continue
        yield f"{field} {held}" if says else field
        if inside is not None:
            for each in items:
                yield from _written(inside, each)


def _conditions(value: Mapping[str, Any]) -> Iterator[str]:
    """Yield how a text is matched, or how each of several by name is."""
    texts = value.values() if all(isinstance(one, dict) for one in value.values()) else (value,)
    for one in texts if value else ({},):
        yield from one or (_PRESENT,)


def _fields(model: type[Model]) -> Iterator[tuple[str, tuple[type[Model] | None, tuple[str, ...]]]]:
    """Yield names with the model that a field holds, if any, and the words of an enumeration."""
    for attribute, info in model.model_fields.items():
        kind = bare(info.annotation)
        if get_origin(kind) is tuple:
            kind = bare(get_args(kind)[0])
        elif get_args(kind) and not words(kind):
            kind = bare(get_args(kind)[-1])
        holds = isinstance(kind, type) and issubclass(kind, Model)
        yield name_of(info, attribute), (kind if holds else None, words(kind))
