"""Which Telemetry objects hold for a proxy, and what they mean together for one side of calls."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from libs.compile.attaching import selected
from libs.compile.collectors import default_tracer
from libs.compile.proxy import Proxy
from libs.envoy.hcm import Side
from libs.meshapi.meshconfig.config import MeshConfig
from libs.meshapi.meshconfig.tracing import TagSource, TracingTag
from libs.meshapi.telemetry import (
    AccessLogging,
    CustomTag,
    LiteralTag,
    ModeMatch,
    NamedTag,
    ProviderName,
    Telemetry,
    Tracing,
)

DEFAULT_SAMPLING_PERCENT = 1.0
"""Istio's share of traces where nobody says another."""

_Item = TypeVar("_Item", Tracing, AccessLogging)


@dataclass(frozen=True, slots=True)
class TracePlan:
    """What traces a side: `provider` is empty where nobody names one."""

    provider: str = ""
    percent: float = DEFAULT_SAMPLING_PERCENT
    reports: bool = True
    tags: Mapping[str, CustomTag] = field(default_factory=dict)
    path_characters_max: int = 0
    istio_tags: bool = True
    ids_say_sampling: bool = True
    keeps_context: bool = False


def levels(objects: Iterable[Telemetry], proxy: Proxy, root: str) -> tuple[Telemetry, ...]:
    """Return at most three: the mesh's, the namespace's, the workload's; of several the oldest.

    The nearer one overrides what it says, field by field.
    """
    ordered = tuple(objects)
    mesh = (one for one in ordered if one.namespace == root and not _selects(one))
    own = tuple(one for one in ordered if one.namespace == proxy.namespace)
    namespace = () if proxy.namespace == root else (one for one in own if not _selects(one))
    workload = (one for one in own if _selects(one) and _is_for(one, proxy))
    found = (next(iter(some), None) for some in (mesh, namespace, workload))
    return tuple(one for one in found if one is not None)


def _selects(one: Telemetry) -> bool:
    spec = one.spec
    return bool(
        (spec.selector and spec.selector.match_labels) or spec.target_ref or spec.target_refs
    )


def _is_for(one: Telemetry, proxy: Proxy) -> bool:
    spec = one.spec
    targets = (*([spec.target_ref] if spec.target_ref else []), *spec.target_refs)
    labels = spec.selector.match_labels if spec.selector else None
    return selected(proxy, labels, targets, one.namespace)


def _is_side(match: ModeMatch | None, side: Side) -> bool:
    """A gateway is the client of those behind it."""
    mode = match.mode if match else "CLIENT_AND_SERVER"
    return mode == "CLIENT_AND_SERVER" or (mode == "SERVER") is (side is Side.INBOUND)


def _of_side(items: Iterable[_Item], side: Side) -> tuple[_Item, ...]:
    return tuple(one for one in items if _is_side(one.match, side))


def _names(written: Iterable[ProviderName]) -> tuple[str, ...]:
    return tuple(one.name for one in written)


def trace_plan(found: Iterable[Telemetry], side: Side, mesh: MeshConfig) -> TracePlan:
    """Return what traces a side; what nobody says is the mesh's."""
    tracing = mesh.default_config.tracing if mesh.default_config else None
    defaults = mesh.default_providers.tracing if mesh.default_providers else ()
    provider = defaults[0] if defaults else default_tracer(mesh)
    percent = tracing.sampling if tracing else None
    tags = tracing.custom_tags if tracing else {}
    plan = TracePlan(
        provider=provider,
        percent=DEFAULT_SAMPLING_PERCENT if percent is None else percent,
        tags={name: _custom(one) for name, one in tags.items()},
        path_characters_max=tracing.max_path_tag_length if tracing else 0,
        istio_tags=not (tracing and tracing.enable_istio_tags is False),
    )
    for level in found:
        for one in _of_side(level.spec.tracing, side):
            plan = _over(plan, one)
    return plan


def _custom(tag: TracingTag) -> CustomTag:
    """Read a tag of the mesh's settings as one of a Telemetry; an empty name is none."""
    literal = LiteralTag(value=tag.literal.value) if tag.literal and tag.literal.value else None
    return CustomTag(
        literal=literal, environment=_named(tag.environment), header=_named(tag.header)
    )


def _named(source: TagSource | None) -> NamedTag | None:
    if source is None or not source.name:
        return None
    return NamedTag(name=source.name, default_value=source.default_value)


def _over(plan: TracePlan, one: Tracing) -> TracePlan:
    share, silent = one.random_sampling_percentage, one.disable_span_reporting
    keeps = one.disable_context_propagation
    names, by_id = _names(one.providers), one.use_request_id_for_trace_sampling
    return replace(
        plan,
        provider=names[0] if names else plan.provider,
        percent=plan.percent if share is None else share,
        reports=plan.reports if silent is None else not silent,
        tags=one.custom_tags or plan.tags,
        istio_tags=plan.istio_tags if one.enable_istio_tags is None else one.enable_istio_tags,
        keeps_context=plan.keeps_context if keeps is None else keeps,
        ids_say_sampling=plan.ids_say_sampling if by_id is None else by_id,
    )


def log_plan(found: Iterable[Telemetry], side: Side, mesh: MeshConfig) -> Mapping[str, str] | None:
    """Return the providers that log a side, each with its CEL filter or none.

    None where nobody says anything, so that the mesh's own file counts.
    """
    stated = [items for level in found if (items := level.spec.access_logging)]
    defaults = mesh.default_providers.access_logging if mesh.default_providers else ()
    if not stated and not defaults:
        return None
    plan = dict.fromkeys(defaults, "")
    for items in stated:
        plan = _logs_over(plan, _of_side(items, side))
    return plan


def _logs_over(plan: Mapping[str, str], items: Iterable[AccessLogging]) -> dict[str, str]:
    """Providers that a level names replace those of the levels above it."""
    mine = tuple(items)
    kept = {} if any(one.providers for one in mine) else dict(plan)
    for one in mine:
        for name in _names(one.providers) or tuple(kept or plan):
            if one.disabled:
                kept.pop(name, None)
            else:
                expression = one.filter.expression if one.filter else plan.get(name, "")
                kept[name] = expression
    return kept
