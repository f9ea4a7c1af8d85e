"""All fields that users write about traffic, read off the models, and those that no call shows.

A field is `Model.field`: a model is counted once, wherever it stands, and the fields that hold it
are counted as well. Words of an enumeration and ways to match a text are fields of their own.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args, get_origin

from pydantic.fields import FieldInfo

from libs.meshapi.base import Model
from libs.meshapi.destinationrule import DestinationRuleSpec
from libs.meshapi.effects import MESH_CONFIG, NO_EFFECT
from libs.meshapi.envoyfilter import EnvoyFilterSpec
from libs.meshapi.gateway import GatewaySpec
from libs.meshapi.matches import StringMatch
from libs.meshapi.meshconfig.config import MeshConfig
from libs.meshapi.proxyconfig import ProxyConfigSpec
from libs.meshapi.ratelimit import RateLimitSpec
from libs.meshapi.schema import bare, field_names, name_of, words
from libs.meshapi.service import ServiceSpec
from libs.meshapi.serviceentry import ServiceEntrySpec
from libs.meshapi.sidecar import SidecarSpec
from libs.meshapi.telemetry import TelemetrySpec
from libs.meshapi.trafficextension import TrafficExtensionSpec
from libs.meshapi.virtualservice import VirtualServiceSpec
from libs.meshapi.wasmplugin import WasmPluginSpec
from libs.meshapi.workloadentry import WorkloadEntrySpec
from tests.agree.notshown import NOT_SHOWN

MESH = "MeshConfig"
SPECS: Mapping[str, type[Model]] = {
    "VirtualService": VirtualServiceSpec,
    "DestinationRule": DestinationRuleSpec,
    "Gateway": GatewaySpec,
    "ServiceEntry": ServiceEntrySpec,
    "WorkloadEntry": WorkloadEntrySpec,
    "Sidecar": SidecarSpec,
    "Service": ServiceSpec,
    "EnvoyFilter": EnvoyFilterSpec,
    "Telemetry": TelemetrySpec,
    "ProxyConfig": ProxyConfigSpec,
    "WasmPlugin": WasmPluginSpec,
    "TrafficExtension": TrafficExtensionSpec,
    "RateLimit": RateLimitSpec,
    MESH: MeshConfig,
}
_PRESENT = "present"
"""A condition on a text that names neither text nor pattern: it has to be there."""
_LISTS = (tuple, list)


def wanted() -> frozenset[str]:
    """Return every field that a call can show: all of them but those stated in `NOT_SHOWN`."""
    return known() - NOT_SHOWN.keys()


def known() -> frozenset[str]:
    """Return every field that has an effect."""
    return frozenset(one for kind in SPECS for one in _declared(SPECS[kind], _idle(kind), ()))


def _idle(kind: str) -> frozenset[str]:
    """Return the paths of a kind's fields that have no effect, from its `spec` on."""
    stated = MESH_CONFIG if kind == MESH else NO_EFFECT.get(kind, ())
    return frozenset(one.replace("[]", "").removeprefix("spec.") for one in stated)


def written(kind: str, spec: Mapping[str, Any]) -> frozenset[str]:
    """Return the fields that an object's `spec` sets, as users write it."""
    return frozenset(_written(SPECS[kind], spec))


@dataclass(frozen=True, slots=True)
class _Kind:
    """What a field holds: a model, one of several words, each by a name or not."""

    inside: type[Model] | None
    words: tuple[str, ...]
    named: bool


def _declared(
    model: type[Model],
    idle: frozenset[str],
    path: tuple[str, ...],
    above: frozenset[type] = frozenset(),
) -> Iterator[str]:
    for name, kind in _fields(model):
        here = (*path, name)
        if ".".join(here) in idle:
            continue
        field = f"{model.__name__}.{name}"
        if kind.inside is StringMatch:
            yield from (f"{field}.{one}" for one in (*field_names(StringMatch), _PRESENT))
            continue
        yield from (f"{field} {word}" for word in kind.words) if kind.words else (field,)
        if kind.inside is not None and kind.inside not in above:
            yield from _declared(kind.inside, idle, here, above | {model})


def _written(model: type[Model], value: Mapping[str, Any]) -> Iterator[str]:
    for name, kind in _fields(model):
        if name not in value:
            continue
        field, held = f"{model.__name__}.{name}", value[name]
        items = held if isinstance(held, _LISTS) else (held,)
        if kind.inside is StringMatch:
            yield from (f"{field}.{one}" for each in items for one in _conditions(each))
            continue
        yield from (f"{field} {one}" for one in items) if kind.words else (field,)
        if kind.inside is not None:
            for each in held.values() if kind.named else items:
                yield from _written(kind.inside, each)


def _conditions(value: Mapping[str, Any]) -> Iterator[str]:
    """Yield how a text is matched, or how each of several by name is."""
    texts = value.values() if all(isinstance(one, dict) for one in value.values()) else (value,)
    for one in texts if value else ({},):
        yield from one or (_PRESENT,)


def _fields(model: type[Model]) -> Iterator[tuple[str, _Kind]]:
    """Yield names with what a field holds."""
    for attribute, info in model.model_fields.items():
        yield name_of(info, attribute), _kind(info)


def _kind(info: FieldInfo) -> _Kind:
    kind, named = bare(info.annotation), False
    if get_origin(kind) is tuple:
        kind = bare(get_args(kind)[0])
    elif get_args(kind) and not words(kind):
        kind, named = bare(get_args(kind)[-1]), True
    holds = isinstance(kind, type) and issubclass(kind, Model)
    return _Kind(kind if holds else None, words(kind), named)
