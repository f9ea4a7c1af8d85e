"""RateLimit: how many requests a workload or a gateway takes, counted by each proxy itself."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from libs.meshapi import patterns
from libs.meshapi.base import Alternatives, Model, Percent, Port, StringMap
from libs.meshapi.durations import Duration
from libs.meshapi.matches import StringMatch
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.metadata import Metadata
from libs.meshapi.selectors import WorkloadSelector
from libs.meshapi.texts import NonEmpty, NonEmptyTexts

HeaderName = Annotated[str, Field(min_length=1, max_length=256, pattern=patterns.HEADER_NAME)]
Requests = Annotated[int, Field(ge=1, le=2**32 - 1)]


def _sorted_matches(value: Mapping[str, StringMatch]) -> Mapping[str, StringMatch]:
    return dict(sorted(value.items()))


HeaderMatches = Annotated[Mapping[HeaderName, StringMatch], AfterValidator(_sorted_matches)]


class RequestMatch(Model):
    """Requests that a limit counts: every field that is written holds; of a list, one item."""

    paths: tuple[StringMatch, ...] = ()
    methods: NonEmptyTexts = ()
    hosts: tuple[StringMatch, ...] = ()
    headers: HeaderMatches = Field(default_factory=dict)
    without_headers: HeaderMatches = Field(default_factory=dict)


class CountedBy(Model):
    """A part of the request whose every value has a bucket of its own: exactly one source.

    A request without it is counted under `default`, or not at all where there is none.
    """

    ALTERNATIVES: ClassVar[Alternatives] = (("header", "query_parameter", "source_address"),)

    name: NonEmpty
    header: HeaderName | None = None
    query_parameter: NonEmpty | None = None
    source_address: bool = False
    default: NonEmpty | None = None


class Rate(Model):
    """`requests` are refilled evenly over `per`; at most `burst` are saved up.

    Without `burst`, as many as `requests` are.
    """

    requests: Requests
    per: Duration
    burst: Requests | None = None


class RateOverride(Rate):
    """Another rate where the named parts have these values; the first that fits counts."""

    values: Annotated[StringMap, Field(min_length=1)]


class Refusal(Model):
    """The answer to a request beyond the limit."""

    status: Annotated[int, Field(ge=400, le=599)] = 429
    headers: Mapping[HeaderName, str] = Field(default_factory=dict)


class Limit(Rate):
    """One limit. All that match a request count it; the first that is used up refuses it.

    `percent` is the share of requests that the limit looks at. `dry_run` counts and refuses
    nobody. `report` tells callers what is left in `x-ratelimit-*` headers. `values_max` bounds how
    many values of `by` are told apart at a time.
    """

    name: NonEmpty
    match: RequestMatch = RequestMatch()
    by: Annotated[tuple[CountedBy, ...], Field(max_length=4)] = ()
    values_max: Annotated[int, Field(ge=1, le=100_000)] = 1000
    overrides: Annotated[tuple[RateOverride, ...], Field(max_length=100)] = ()
    response: Refusal = Refusal()
    percent: Percent = 100
    dry_run: bool = False
    per_connection: bool = False
    report: bool = False


class RateLimitSpec(Model):
    """Limits of calls to the selected workloads or gateways.

    `services` selects the workloads behind them, for the ports of those services. Without either
    selection they are for the whole namespace, in the root namespace for the mesh. `ports` are the
    workload's own, at a gateway those of its listeners; none means all.
    """

    ALTERNATIVES: ClassVar[Alternatives] = (("selector", "services"),)

    selector: WorkloadSelector | None = None
    services: NonEmptyTexts = ()
    ports: tuple[Port, ...] = ()
    limits: Annotated[tuple[Limit, ...], Field(max_length=64)]


class RateLimit(MeshObject):
    """periplus.io RateLimit."""

    GROUP: ClassVar[str] = "periplus.io"

    api_version: str = "periplus.io/v1alpha1"
    kind: Literal["RateLimit"] = "RateLimit"
    metadata: Metadata
    spec: RateLimitSpec
