"""A rule's corsPolicy as the CORS filter reads it."""

from collections.abc import Iterator, Mapping

from protogen.envoy.extensions.filters.http.cors.v3 import cors_pb2
from protogen.envoy.type.matcher.v3 import string_pb2

from libs.envoy import cors, matchers
from libs.meshapi.virtualservice import CorsPolicy

_FORWARDED: Mapping[str, bool] = {"FORWARD": True, "IGNORE": False}


def policy(written: CorsPolicy) -> cors_pb2.CorsPolicy:
    """Return the policy; preflights of other origins are forwarded where nothing is said."""
    return cors.policy(
        _origins(written),
        cors.Allowed(
            written.allow_methods,
            written.allow_headers,
            written.expose_headers,
            written.max_age,
            written.allow_credentials,
        ),
        forward_unmatched_preflights=_FORWARDED.get(written.unmatched_preflights),
    )


def _origins(written: CorsPolicy) -> Iterator[string_pb2.StringMatcher]:
    """The old list of exact origins counts only without the new one."""
    for match in written.allow_origins:
        matcher = matchers.text(match)
        if matcher is not None:
            yield matcher
    if not written.allow_origins:
        for origin in written.allow_origin:
            yield string_pb2.StringMatcher(exact=origin)
