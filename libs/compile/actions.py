"""What a rule does with a request: forward, redirect, answer; and what is changed on the way."""

import base64
from collections.abc import Sequence
from datetime import timedelta

from protogen.envoy.config.route.v3 import route_components_pb2 as rc

from libs.compile import crossorigin, hashing, mirrors, retries
from libs.compile.proxy import ProxyType
from libs.compile.rules import RouteRules
from libs.compile.target import looks_up
from libs.compile.view import Place, destination_cluster
from libs.envoy import cors, dynamicdns, fault, headers, names, route
from libs.envoy.claims import clusters_of
from libs.envoy.headers import HeaderChanges
from libs.meshapi.virtualservice import (
    FaultAbort,
    FaultDelay,
    HeaderOperations,
    HTTPDirectResponse,
    HTTPFaultInjection,
    HTTPRedirect,
    HTTPRewrite,
    HTTPRoute,
    HTTPRouteDestination,
    Percentage,
)

_GRPC_STATUSES = (
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
)
"""gRPC's status names; a name's place is its number."""

_DEFAULT_PORTS = {"http": 80, "https": 443}
"""A redirect to these names no port."""


def apply(result: rc.Route, rule: HTTPRoute, rules: RouteRules, place: Place) -> None:
    """Give a route its action and everything that goes with it."""
    if rule.redirect is not None:
        result.redirect.CopyFrom(_redirect(rule.redirect, rules, place))
    elif rule.direct_response is not None:
        result.direct_response.CopyFrom(_direct_response(rule.direct_response))
    else:
        result.route.CopyFrom(_forward(rule, rules, place))
        mirrors.add(result.route, rule, rules, place)
        if result.route.host_rewrite_literal and _looks_up(result.route, place):
            renamed = dynamicdns.renamed(result.route.host_rewrite_literal)
            route.set_filter(result, dynamicdns.HTTP_FILTER_NAME, renamed)
    _change_headers(result, rule)
    if rule.cors_policy is not None and place.view.proxy.type is not ProxyType.GRPC:
        route.set_filter(result, cors.FILTER_NAME, crossorigin.policy(rule.cors_policy))
    injected = _fault(rule.fault) if rule.fault is not None else None
    if injected is not None:
        route.set_filter(result, fault.FILTER_NAME, injected)


def _looks_up(action: rc.RouteAction, place: Place) -> bool:
    """Say whether requests go to a host that is looked up by its name."""
    found = (place.view.outbound.get(name) for name in clusters_of(action))
    return any(one is not None and looks_up(one) for one in found)


def _redirect(redirect: HTTPRedirect, rules: RouteRules, place: Place) -> rc.RedirectAction:
    code = redirect.redirect_code
    if code not in route.REDIRECT_CODES:
        place.view.ledger.problem(
            f"{rules.key}: Envoy cannot redirect with status {code}, 301 is sent; "
            f"write one of {', '.join(map(str, route.REDIRECT_CODES))}"
        )
        code = route.REDIRECT_CODES[0]
    from_request = place.port if redirect.derive_port == "FROM_REQUEST_PORT" else 0
    port = redirect.port or from_request
    scheme = redirect.scheme or ("https" if place.encrypted else "http")
    kept = f"{route.PREFIX_VARIABLE}{redirect.prefix_rewrite}" if redirect.prefix_rewrite else ""
    return route.redirect(
        code,
        path=redirect.uri or kept,
        host=redirect.authority,
        scheme=redirect.scheme,
        port=0 if _DEFAULT_PORTS.get(scheme) == port else port,
    )


def _direct_response(response: HTTPDirectResponse) -> rc.DirectResponseAction:
    body = response.body
    if body is not None and body.bytes is not None:
        return route.direct_response(response.status, base64.b64decode(body.bytes))
    return route.direct_response(response.status, body.string if body else None)


def _forward(rule: HTTPRoute, rules: RouteRules, place: Place) -> rc.RouteAction:
    targets = _targets(_weighted(rule.route), rules, place)
    outbound = place.view.outbound
    known = (outbound[one.cluster].traffic for one in targets if one.cluster in outbound)
    hashed = hashing.hash_policies(known)
    settings = place.view.world.settings
    action = route.forward(
        targets,
        timeout=rule.timeout or timedelta(),
        retries=retries.policy(rule.retries, settings, hashed=bool(hashed) and len(targets) == 1),
    )
    action.hash_policy.extend(hashed)
    if rule.rewrite is not None:
        _rewrite(action, rule.rewrite)
    authority = _authority(rule)
    if authority:
        action.host_rewrite_literal = authority
    return action


def _weighted(destinations: Sequence[HTTPRouteDestination]) -> Sequence[HTTPRouteDestination]:
    """Leave out what gets nothing: only a destination that is alone may do without a weight."""
    return [one for one in destinations if one.weight or len(destinations) == 1]


def _targets(
    chosen: Sequence[HTTPRouteDestination], rules: RouteRules, place: Place
) -> list[route.Target]:
    if not chosen:
        place.view.ledger.problem(
            f"{rules.key}: no destination of a rule has a weight above 0; "
            "its requests are answered with 503"
        )
        return [route.Target(names.BLACK_HOLE)]
    return [
        route.Target(
            destination_cluster(place, one.destination, rules.namespace, rules.key),
            one.weight,
            _changes(one.headers.request if one.headers else None),
            _changes(one.headers.response if one.headers else None),
        )
        for one in chosen
    ]


def _rewrite(action: rc.RouteAction, rewrite: HTTPRewrite) -> None:
    if rewrite.uri_regex_rewrite is not None:
        regex = rewrite.uri_regex_rewrite
        route.rewrite_path_regex(action, regex.match, regex.rewrite)
    elif rewrite.uri:
        route.rewrite_path(action, rewrite.uri)


def _authority(rule: HTTPRoute) -> str:
    """A rewrite's authority counts, else one that is set as a header."""
    if rule.rewrite is not None and rule.rewrite.authority:
        return rule.rewrite.authority
    own = _changes(rule.headers.request if rule.headers else None).authority
    return own or _alone(rule)[0].authority


def _change_headers(result: rc.Route, rule: HTTPRoute) -> None:
    """Set the rule's header changes, then those of a destination that is alone."""
    request, response = _alone(rule)
    own = rule.headers
    for changes in (
        headers.fields(
            _changes(own.request if own else None), _changes(own.response if own else None)
        ),
        headers.fields(request, response),
    ):
        result.MergeFrom(rc.Route(**changes))


def _alone(rule: HTTPRoute) -> tuple[HeaderChanges, HeaderChanges]:
    """Return the header changes of the only destination; several carry their own."""
    chosen = _weighted(rule.route)
    own = chosen[0].headers if len(chosen) == 1 else None
    return _changes(own.request if own else None), _changes(own.response if own else None)


def _changes(operations: HeaderOperations | None) -> HeaderChanges:
    if operations is None:
        return headers.NO_CHANGES
    return HeaderChanges(operations.set, operations.add, operations.remove)


def _fault(injection: HTTPFaultInjection) -> fault.HTTPFault | None:
    delay = _delay(injection.delay) if injection.delay else None
    abort = _abort(injection.abort) if injection.abort else None
    return fault.http_fault(delay, abort) if delay or abort else None


def _delay(delay: FaultDelay) -> fault.FaultDelay | None:
    if delay.fixed_delay is None:
        return None
    share = delay.percentage or Percentage(value=float(delay.percent or 0))
    return fault.delay(delay.fixed_delay, share.value)


def _abort(abort: FaultAbort) -> fault.FaultAbort | None:
    """Without a share nothing is aborted."""
    share = abort.percentage.value if abort.percentage else 0.0
    if abort.http_status is not None:
        return fault.http_abort(abort.http_status, share)
    if abort.grpc_status in _GRPC_STATUSES:
        return fault.grpc_abort(_GRPC_STATUSES.index(abort.grpc_status), share)
    return None
