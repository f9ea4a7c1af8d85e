"""The CORS filter: the proxy answers preflights and marks answers for the origins of a rule."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from protogen.envoy.extensions.filters.http.cors.v3 import cors_pb2
from protogen.envoy.extensions.filters.network.http_connection_manager.v3 import (
    http_connection_manager_pb2 as hcm_pb2,
)
from protogen.envoy.type.matcher.v3 import string_pb2

from libs.envoy.anys import pack
from libs.envoy.wellknown import boolean

FILTER_NAME: Final = "envoy.filters.http.cors"


@dataclass(frozen=True, slots=True)
class Allowed:
    """What other origins may do. `max_age` is how long a browser may remember the answer."""

    methods: Sequence[str] = ()
    headers: Sequence[str] = ()
    exposed: Sequence[str] = ()
    max_age: timedelta | None = None
    credentials: bool | None = None


def http_filter() -> hcm_pb2.HttpFilter:
    """Return the filter; routes without a policy pass through it unchanged."""
    return hcm_pb2.HttpFilter(name=FILTER_NAME, typed_config=pack(cors_pb2.Cors()))


def policy(
    origins: Iterable[string_pb2.StringMatcher],
    allowed: Allowed,
    *,
    forward_unmatched_preflights: bool | None = None,
) -> cors_pb2.CorsPolicy:
    """Return the policy of one route."""
    result = cors_pb2.CorsPolicy(
        allow_origin_string_match=origins,
        allow_methods=",".join(allowed.methods),
        allow_headers=",".join(allowed.headers),
        expose_headers=",".join(allowed.exposed),
    )
    if allowed.max_age is not None:
        result.max_age = str(int(allowed.max_age.total_seconds()))
    if allowed.credentials is not None:
        result.allow_credentials.CopyFrom(boolean(allowed.credentials))
    if forward_unmatched_preflights is not None:
        forward = boolean(forward_unmatched_preflights)
        result.forward_not_matching_preflights.CopyFrom(forward)
    return result
