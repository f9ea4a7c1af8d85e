"""Which buckets of Envoy's local rate limits a request draws from.

One call alone is within every limit, so limits decide nothing; they say how many may follow.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from google.protobuf.any_pb2 import Any as AnyMessage
from protogen.envoy.config.route.v3 import route_components_pb2 as rc
from protogen.envoy.extensions.common.ratelimit.v3 import ratelimit_pb2
from protogen.envoy.extensions.filters.http.local_ratelimit.v3 import local_rate_limit_pb2
from protogen.envoy.extensions.filters.network.http_connection_manager.v3 import (
    http_connection_manager_pb2 as hcm_pb2,
)
from protogen.envoy.type.v3 import token_bucket_pb2

from libs.routing.conditions import header_holds, percent, query_holds
from libs.routing.decision import Limit
from libs.routing.filters import opened, overriding, type_of
from libs.routing.outcome import UndecidedError, understood
from libs.routing.request import Request

_Config = local_rate_limit_pb2.LocalRateLimit
_Action = rc.RateLimit.Action
_Entry = tuple[str, str]
TYPE: Final = _Config.DESCRIPTOR.full_name
_USUAL_STATUS = 429
_ADDRESS = "remote_address"
_ANY = "*"
"""Stands for the address that a call comes from: buckets of all addresses have one size."""
_NAMED = ("header_name", "query_parameter_name", "descriptor_key")
_KNOWN = frozenset(
    {
        "stat_prefix",
        "status",
        "token_bucket",
        "filter_enabled",
        "filter_enforced",
        "response_headers_to_add",
        "descriptors",
        "enable_x_ratelimit_headers",
        "local_rate_limit_per_downstream_connection",
        "rate_limits",
        "max_dynamic_descriptors",
    }
)


def of_request(
    http_filters: Iterable[hcm_pb2.HttpFilter],
    overrides: Iterable[Mapping[str, AnyMessage]],
    request: Request,
    *,
    is_routed: bool,
) -> tuple[Limit, ...]:
    """Return the limits that count a request, in the order of their filters.

    `is_routed` says that its route leads to an upstream: for other requests nobody tells Envoy
    under what they are counted.
    """
    nearest = list(overrides)
    found = []
    for one in http_filters:
        if type_of(one.typed_config) == TYPE and not one.disabled:
            own = overriding(one, nearest)
            config = opened(own or one.typed_config, _Config)
            limit = _limit(one.name, config, request, is_routed=is_routed)
            found += [limit] if limit is not None else []
    return tuple(found)


def _limit(name: str, config: _Config, request: Request, *, is_routed: bool) -> Limit | None:
    share = percent(config.filter_enabled.default_value)
    if not share:
        return None
    try:
        bucket = _bucket(config, request, is_routed=is_routed)
    except UndecidedError:
        return Limit(name, None)
    if bucket is None:
        return None
    return Limit(
        name,
        bucket.max_tokens,
        bucket.tokens_per_fill.value or 1,
        bucket.fill_interval.ToTimedelta().total_seconds(),
        config.status.code or _USUAL_STATUS,
        share,
        enforced=percent(config.filter_enforced.default_value) > 0,
        per_connection=config.local_rate_limit_per_downstream_connection,
    )


def _bucket(
    config: _Config, request: Request, *, is_routed: bool
) -> token_bucket_pb2.TokenBucket | None:
    """Return the one bucket that a request draws from; None for none.

    Raises UndecidedError where there may be several.
    """
    understood(config, _KNOWN, "local_ratelimit")
    own = config.token_bucket if config.HasField("token_bucket") else None
    if not config.descriptors:
        return own
    if own is not None or not config.rate_limits:
        raise UndecidedError("local_ratelimit.descriptors")
    if not is_routed:
        return None
    counted = [entries for one in config.rate_limits if (entries := _entries(one, request))]
    fitting = [one for entries in counted for one in _fitting(config.descriptors, entries)]
    if len(fitting) > 1:
        raise UndecidedError("local_ratelimit.descriptors: several fit")
    return fitting[0].token_bucket if fitting else None


_Descriptor = ratelimit_pb2.LocalRateLimitDescriptor


def _fitting(known: Iterable[_Descriptor], entries: list[_Entry]) -> list[_Descriptor]:
    """Return the descriptor of exactly these entries, else those that leave values open."""
    exact, wide = [], []
    for one in known:
        stated = [(each.key, each.value) for each in one.entries]
        if stated == entries:
            exact.append(one)
        elif len(stated) == len(entries) and all(map(_covers, stated, entries)):
            wide.append(one)
    return exact or wide


def _covers(stated: _Entry, entry: _Entry) -> bool:
    return stated[0] == entry[0] and stated[1] in ("", entry[1])


def _entries(limit: rc.RateLimit, request: Request) -> list[_Entry]:
    """Return what a request is counted under; nothing where a part of it is missing."""
    understood(limit, ("actions",), "rate_limits")
    found = []
    for action in limit.actions:
        entry = next(_entry(action, request), None)
        if entry is None:
            return []
        found.append(entry)
    return found


def _entry(action: _Action, request: Request) -> Iterator[_Entry]:
    kind = action.WhichOneof("action_specifier")
    if kind == "generic_key":
        yield action.generic_key.descriptor_key, action.generic_key.descriptor_value
    elif kind == "header_value_match":
        asked = action.header_value_match
        holds = all(header_holds(one, request) for one in asked.headers)
        if holds == _expected(asked):
            yield asked.descriptor_key, asked.descriptor_value
    elif kind == "request_headers":
        understood(action.request_headers, _NAMED, "rate_limits.request_headers")
        value = request.header(action.request_headers.header_name.lower())
        if value is not None:
            yield action.request_headers.descriptor_key, value
    elif kind == "query_parameters":
        understood(action.query_parameters, _NAMED, "rate_limits.query_parameters")
        value = request.query_parameter(action.query_parameters.query_parameter_name)
        if value is not None:
            yield action.query_parameters.descriptor_key, value
    elif kind == "query_parameter_value_match":
        parameter = action.query_parameter_value_match
        if all(query_holds(one, request) for one in parameter.query_parameters) == _expected(
            parameter
        ):
            yield parameter.descriptor_key, parameter.descriptor_value
    elif kind == "remote_address":
        yield _ADDRESS, _ANY
    else:
        raise UndecidedError(f"rate_limits.{kind}")


def _expected(asked: _Action.HeaderValueMatch | _Action.QueryParameterValueMatch) -> bool:
    return asked.expect_match.value if asked.HasField("expect_match") else True
