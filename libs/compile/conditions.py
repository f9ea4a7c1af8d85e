"""Conditions of a rule: which entries can hold at a place, and what Envoy tests for the rest."""

from collections.abc import Iterator

from protogen.envoy.config.route.v3 import route_components_pb2 as rc
from protogen.envoy.type.matcher.v3 import metadata_pb2

from libs.compile.proxy import ProxyType
from libs.compile.rules import RouteRules, gateway_name
from libs.compile.view import Place
from libs.envoy import jwt, matchers, rbac
from libs.meshapi.matches import StringMatch
from libs.meshapi.virtualservice import HTTPMatchRequest
from libs.registry.labels import wears

_CLAIM = "@request.auth.claims"


def can_hold(match: HTTPMatchRequest, rules: RouteRules, place: Place) -> bool:
    """Decide what is known before any request: port, gateway, and the calling workload."""
    if match.port is not None and match.port != place.port:
        return False
    if match.gateways:
        wanted = {gateway_name(name, rules.namespace) for name in match.gateways}
        if not wanted & place.gateways:
            return False
    return _calls_from(match, place)


def _calls_from(match: HTTPMatchRequest, place: Place) -> bool:
    """At a gateway the source of a named gateway's call is the outside: labels say nothing."""
    proxy = place.view.proxy
    if proxy.type is ProxyType.ROUTER and match.gateways:
        return True
    labelled = wears(proxy.labels, match.source_labels)
    return labelled and match.source_namespace in ("", proxy.namespace)


def condition(match: HTTPMatchRequest | None) -> rc.RouteMatch:
    """Return what Envoy tests on a request; no match means everything."""
    if match is None:
        return matchers.path(None)
    route_match = matchers.path(match.uri, ignore_case=match.ignore_uri_case)
    route_match.headers.extend(_headers(match))
    route_match.dynamic_metadata.extend(_claims(match))
    route_match.query_parameters.extend(
        matchers.query_parameter(name, one) for name, one in sorted(match.query_params.items())
    )
    return route_match


def _headers(match: HTTPMatchRequest) -> Iterator[rc.HeaderMatcher]:
    for name, one in sorted(match.headers.items()):
        if not is_claim(name):
            yield matchers.header(name, one)
    for name, one in sorted(match.without_headers.items()):
        if not is_claim(name):
            yield matchers.without_header(name, one)
    for name, pseudo in _pseudo_headers(match):
        yield matchers.header(name, pseudo)


def is_claim(name: str) -> bool:
    """Say whether a condition that is written as one on a header is on a claim of the token."""
    return name.startswith(_CLAIM)


def _claims(match: HTTPMatchRequest) -> Iterator[metadata_pb2.MetadataMatcher]:
    for written, excluded in ((match.headers, False), (match.without_headers, True)):
        for name, one in sorted(written.items()):
            if is_claim(name):
                yield _claim(name, one, excluded=excluded)


def _claim(name: str, match: StringMatch, *, excluded: bool) -> metadata_pb2.MetadataMatcher:
    """Return the condition on a claim, written `.a.b` or `[a][b]`; no match means presence."""
    rest = name.removeprefix(_CLAIM)
    path = rest.strip("[]").split("][") if rest.startswith("[") else rest[1:].split(".")
    value = rbac.one_or_among(matchers.text(match) or rbac.regex(".*"))
    result = rbac.in_metadata(jwt.FILTER_NAME, [jwt.PAYLOAD, *path], value)
    result.invert = excluded
    return result


def _pseudo_headers(match: HTTPMatchRequest) -> Iterator[tuple[str, StringMatch]]:
    if match.method is not None:
        yield ":method", match.method
    if match.authority is not None:
        yield ":authority", match.authority
    if match.scheme is not None:
        yield ":scheme", match.scheme
