"""Mixer's rate limits: no kind of today says them, so each is spelt out for people."""

from collections.abc import Iterator
from datetime import timedelta

from libs.meshapi.dialects.quota import (
    LimitSpec,
    Memquota,
    Override,
    Quota,
    QuotaSpec,
    QuotaSpecBinding,
    Rule,
)
from libs.meshapi.dialects.run import Old, Run
from libs.meshapi.durations import format_duration
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.quoting import quoted

_PART_OF = "it is a part of a Mixer rate limit, and nothing limits these calls today"


def note_limits(olds: list[Old[MeshObject]], run: Run) -> None:
    """Note every limit with its numbers, and of the objects around it which part they are."""
    counted = {
        f"{one.name}.quota.{one.namespace}": one.object.spec
        for one in olds
        if isinstance(one.object, Quota)
    }
    for old in olds:
        if isinstance(old.object, Memquota):
            for index, limit in enumerate(old.object.spec.quotas):
                template = counted.get(_whole_name(limit.name, old.namespace))
                dimensions = tuple(template.dimensions) if template is not None else ()
                text = f"this limit is not carried over: {_limit(limit, dimensions)}"
                run.lost(old, ("spec", "quotas", index), text)
        else:
            run.lost(old, ("spec",), _role(old.object))


def _whole_name(name: str, namespace: str) -> str:
    """Complete the name of an instance, `name.quota` or `name.quota.namespace`."""
    return name if name.count(".") > 1 else f"{name}.{namespace}"


def _limit(limit: LimitSpec, dimensions: tuple[str, ...]) -> str:
    apart = f" for each combination of {_list(dimensions)}" if dimensions else ""
    overrides = "".join(f", but {one}" for one in map(_override, limit.overrides))
    amount = _amount(limit.max_amount, limit.valid_duration)
    return f"{quoted(limit.name)} allows {amount}{apart}{overrides}"


def _override(override: Override) -> str:
    where = _list(tuple(f"{key}: {value}" for key, value in override.dimensions.items()))
    return f"{_amount(override.max_amount, override.valid_duration)} where {where}"


def _amount(amount: int, duration: timedelta | None) -> str:
    if not duration:
        return f"{_requests(amount)} in all"
    return f"{_requests(amount)} in {format_duration(duration)}"


def _requests(amount: int) -> str:
    return "1 request" if amount == 1 else f"{amount} requests"


def _role(obj: MeshObject) -> str:
    return f"{'; '.join(filter(None, (', '.join(_said(obj)), _PART_OF)))}"


def _said(obj: MeshObject) -> Iterator[str]:
    if isinstance(obj, Quota):
        for name, expression in obj.spec.dimensions.items():
            yield f"{name} is {quoted(expression)}"
    elif isinstance(obj, Rule):
        yield f"it acts when {quoted(obj.spec.match)}" if obj.spec.match else "it always acts"
    elif isinstance(obj, QuotaSpec):
        for rule in obj.spec.rules:
            for one in rule.quotas:
                yield f"a request is charged {one.charge} of {quoted(one.quota)}"
    elif isinstance(obj, QuotaSpecBinding):
        services = tuple(one.service or one.name for one in obj.spec.services)
        yield f"it is for calls to {_list(services)}"


def _list(names: tuple[str, ...]) -> str:
    return ", ".join(quoted(name) for name in names)
