"""Rollout: in which waves a change reaches the clusters, and what may stop it."""

import re
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, PlainValidator
from pydantic_core import PydanticCustomError

from libs.meshapi import patterns
from libs.meshapi.base import Alternatives, Count, Model, Percent, StringMap
from libs.meshapi.durations import Duration
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.metadata import Metadata
from libs.meshapi.selectors import LabelSelector
from libs.meshapi.texts import NonEmpty, NonEmptyTexts

GROUP = "periplus.io"
VERSION = "periplus.io/v1alpha1"
_SHARE = re.compile(r"(?:[1-9][0-9]?|100)%")
EffectClass = Literal["none", "resilience", "routing", "security"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
ClusterCondition = Literal["Reachable", "Accepted", "Ready"]
TimeOfDay = Annotated[str, Field(pattern=patterns.TIME_OF_DAY)]


def _count_or_percent(value: Any) -> int | str:
    if type(value) is int and 0 < value < 2**31:
        return value
    if type(value) is str and _SHARE.fullmatch(value):
        return value
    raise PydanticCustomError("count_or_percent", "neither number nor share")


CountOrPercent = Annotated[
    int | str, PlainValidator(_count_or_percent, json_schema_input_type=int | str)
]
"""A number of clusters, or a share of them: `3` or `10%`."""


class ChangeSelector(Model):
    """Changes that a rollout is for; an absent list names all."""

    sets: NonEmptyTexts | None = None
    kinds: NonEmptyTexts | None = None
    paths: NonEmptyTexts | None = None
    effects: tuple[EffectClass, ...] | None = None


class LiveGate(Model):
    """Open when every proxy that carried the change runs it; `min_carried` proxies at least."""

    min_carried: Count = 1
    timeout: Duration | None = None


class ConditionGate(Model):
    """Open when a condition of every cluster of the wave is as wanted.

    `Reachable`, `Accepted` (nothing refuses the change) or `Ready` (everything is in effect).
    """

    type: ClusterCondition
    status: Literal["True", "False"] = "True"


class PrometheusGate(Model):
    """Open when a query's result is inside its bounds, `count` times in a row.

    With a `baseline` query, the bounds are of the quotient of both. `errors_max` are failures to
    ask, in a row, that are borne.
    """

    address: NonEmpty
    query: NonEmpty
    min: Annotated[float, Field(allow_inf_nan=False)] | None = None
    max: Annotated[float, Field(allow_inf_nan=False)] | None = None
    baseline: str = ""
    interval: Duration | None = None
    count: Annotated[int, Field(ge=1, le=1000)] = 1
    errors_max: Count = 4


class EnvoyStatsGate(Model):
    """Open when proxies themselves see few 5xx answers and short times."""

    errors_max_percent: Percent | None = None
    latency_p99_max: Duration | None = None
    min_requests: Count = 1


class HookGate(Model):
    """Open when an HTTP service says so."""

    url: NonEmpty
    timeout: Duration | None = None


class WitnessGate(Model):
    """Open when the witness calls of the routing difference get the answers that were foretold."""

    calls_max: Annotated[int, Field(ge=1, le=1000)] = 20


class Gate(Model):
    """A condition of going on, under a name: exactly one of the other fields."""

    ALTERNATIVES: ClassVar[Alternatives] = (
        ("live", "condition", "prometheus", "envoy_stats", "hook", "witnesses"),
    )

    name: NonEmpty
    live: LiveGate | None = None
    condition: ConditionGate | None = None
    prometheus: PrometheusGate | None = None
    envoy_stats: EnvoyStatsGate | None = None
    hook: HookGate | None = None
    witnesses: WitnessGate | None = None


class Approval(Model):
    """Who has to agree before the wave begins, bound to the hash of the plan."""

    count: Annotated[int, Field(ge=1, le=20)] = 1
    groups: NonEmptyTexts = ()
    author_may_approve: bool = False


class Wave(Model):
    """Clusters that move together. Gates are asked at its end, after `soak`."""

    name: NonEmpty
    clusters: LabelSelector = LabelSelector()
    order_by: NonEmptyTexts = ()
    max_concurrent: CountOrPercent | None = None
    soak: Duration | None = None
    approval: Approval | None = None
    gates: tuple[Gate, ...] = ()


class FailureBudget(Model):
    """How many clusters of a wave may fail or be unreachable."""

    clusters: CountOrPercent | None = None
    unreachable_counts: bool = True


class Window(Model):
    """A time of the week in a zone; without `days` it is every day."""

    name: NonEmpty
    kind: Literal["freeze", "allow"]
    days: tuple[Weekday, ...] = ()
    start: TimeOfDay
    end: TimeOfDay
    time_zone: NonEmpty = "UTC"
    overrun: Literal["finish", "pause"] = "pause"
    labels: StringMap = Field(default_factory=dict)


class ReturnPolicy(Model):
    """What happens when a gate fails or the budget is used up."""

    automatic: bool = True
    order: Literal["newestFirst", "allAtOnce"] = "newestFirst"


class RolloutStrategy(Model):
    """Waves in order, then gates over the whole rollout."""

    changes: ChangeSelector = ChangeSelector()
    waves: tuple[Wave, ...] = ()
    gates: tuple[Gate, ...] = ()
    budget: FailureBudget = FailureBudget()
    windows: tuple[Window, ...] = ()
    progress_deadline: Duration | None = None
    return_: ReturnPolicy = Field(
        default=ReturnPolicy(), validation_alias="return", serialization_alias="return"
    )
    supersede: Literal["betweenWaves", "never"] = "betweenWaves"


class Rollout(MeshObject):
    """periplus.io Rollout."""

    GROUP: ClassVar[str] = GROUP
    NAMESPACED: ClassVar[bool] = False

    api_version: str = VERSION
    kind: Literal["Rollout"] = "Rollout"
    metadata: Metadata
    spec: RolloutStrategy
