"""The local rate limit filter: buckets of tokens that each Envoy keeps by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from google.protobuf.json_format import ParseDict
from protogen.envoy.config.core.v3 import base_pb2
from protogen.envoy.config.route.v3 import route_components_pb2 as rc
from protogen.envoy.extensions.common.ratelimit.v3 import ratelimit_pb2
from protogen.envoy.extensions.filters.http.local_ratelimit.v3 import local_rate_limit_pb2
from protogen.envoy.extensions.filters.network.http_connection_manager.v3 import (
    http_connection_manager_pb2 as hcm_pb2,
)
from protogen.envoy.type.v3 import http_status_pb2, token_bucket_pb2

from libs.envoy.anys import pack
from libs.envoy.fault import share
from libs.envoy.headers import HeaderChanges
from libs.envoy.wellknown import duration, uint32

FILTER_NAME: Final = "envoy.filters.http.local_ratelimit"
_HEADERS: Final = ratelimit_pb2.DRAFT_VERSION_03
_WHOLE_PERCENT: Final = 100.0
Action = rc.RateLimit.Action


@dataclass(frozen=True, slots=True)
class Bucket:
    """`refill` tokens come back evenly over `per`, at most `size` are kept."""

    size: int
    refill: int
    per: timedelta


@dataclass(frozen=True, slots=True)
class Counted:
    """Requests that one bucket, or one for each value, is for.

    `actions` say what a request is counted under, `entries` the same as keys and values: an empty
    value stands for any.
    """

    actions: tuple[Action, ...]
    entries: tuple[tuple[str, str], ...]
    bucket: Bucket


@dataclass(frozen=True, slots=True)
class Settings:
    """A whole filter: either one `bucket` for every request, or `counted` ones."""

    bucket: Bucket | None = None
    counted: Sequence[Counted] = ()
    values_max: int = 1
    status: int = 429
    headers: Mapping[str, str] = field(default_factory=dict)
    percent: float = _WHOLE_PERCENT
    enforced: bool = True
    per_connection: bool = False
    report: bool = False


def http_filter(name: str, settings: Settings) -> hcm_pb2.HttpFilter:
    """Return the filter under a name of its own, which its statistics carry as well."""
    config = local_rate_limit_pb2.LocalRateLimit(
        stat_prefix=name,
        filter_enabled=_always(settings.percent),
        filter_enforced=_always(_WHOLE_PERCENT if settings.enforced else 0.0),
        response_headers_to_add=HeaderChanges(set=settings.headers).to_add(),
        local_rate_limit_per_downstream_connection=settings.per_connection,
    )
    if settings.status != http_status_pb2.TooManyRequests:
        ParseDict({"code": settings.status}, config.status)
    if settings.report:
        config.enable_x_ratelimit_headers = _HEADERS
    if settings.bucket is not None:
        config.token_bucket.CopyFrom(_bucket(settings.bucket))
    if settings.counted:
        _count(config, settings)
    return hcm_pb2.HttpFilter(name=f"{FILTER_NAME}.{name}", typed_config=pack(config))


def _count(config: local_rate_limit_pb2.LocalRateLimit, settings: Settings) -> None:
    config.max_dynamic_descriptors.CopyFrom(uint32(settings.values_max))
    known: set[tuple[tuple[str, str], ...]] = set()
    for one in settings.counted:
        config.rate_limits.add(actions=one.actions)
        if one.entries not in known:
            known.add(one.entries)
            config.descriptors.append(_descriptor(one))


def _descriptor(one: Counted) -> ratelimit_pb2.LocalRateLimitDescriptor:
    result = ratelimit_pb2.LocalRateLimitDescriptor(token_bucket=_bucket(one.bucket))
    for key, value in one.entries:
        result.entries.add(key=key, value=value)
    return result


def _bucket(bucket: Bucket) -> token_bucket_pb2.TokenBucket:
    return token_bucket_pb2.TokenBucket(
        max_tokens=bucket.size,
        tokens_per_fill=uint32(bucket.refill),
        fill_interval=duration(bucket.per),
    )


def _always(percent: float) -> base_pb2.RuntimeFractionalPercent:
    return base_pb2.RuntimeFractionalPercent(default_value=share(percent))
