"""The HTTP connection manager: from a request to the virtual host, the route and the action."""

import re
from dataclasses import replace
from typing import Final

from protogen.envoy.config.core.v3 import protocol_pb2
from protogen.envoy.config.route.v3 import route_components_pb2 as rc
from protogen.envoy.config.route.v3 import route_pb2
from protogen.envoy.extensions.filters.network.http_connection_manager.v3 import (
    http_connection_manager_pb2 as hcm_pb2,
)

from libs.routing import (
    actions,
    conditions,
    crossorigin,
    endpoints,
    filters,
    hosts,
    limits,
    lookups,
    policies,
)
from libs.routing.actions import Place
from libs.routing.call import Call, Protocol, Tls
from libs.routing.caller import Caller
from libs.routing.decision import Action, Decision, HeaderSteps, Verdict
from libs.routing.endpoints import Arrived
from libs.routing.outcome import FailedError, Failure, UndecidedError, understood
from libs.routing.request import Request, request_of
from libs.routing.resources import Resources

_Manager = hcm_pb2.HttpConnectionManager
TYPE: Final = _Manager.DESCRIPTOR.full_name
BLACK_HOLE: Final = "BlackHoleCluster"
_ALWAYS_PERCENT = 100.0
_KEPT = _Manager.KEEP_UNCHANGED
_ALLOWED = protocol_pb2.HttpProtocolOptions.ALLOW
_ESCAPED = re.compile("%(?:2f|5c)", re.IGNORECASE)
_MANAGER = frozenset(
    {
        "stat_prefix",
        "codec_type",
        "rds",
        "route_config",
        "http_filters",
        "use_remote_address",
        "normalize_path",
        "merge_slashes",
        "path_with_escaped_slashes_action",
        "stream_idle_timeout",
        "request_timeout",
        "request_headers_timeout",
        "drain_timeout",
        "delayed_close_timeout",
        "common_http_protocol_options",
        "http_protocol_options",
        "http2_protocol_options",
        "upgrade_configs",
        "server_name",
        "server_header_transformation",
        "forward_client_cert_details",
        "set_current_client_cert_details",
        "access_log",
        "access_log_options",
        "tracing",
        "generate_request_id",
        "preserve_external_request_id",
        "always_set_request_id_in_response",
        "request_id_extension",
        "proxy_100_continue",
        "skip_xff_append",
        "append_x_forwarded_port",
        "xff_num_trusted_hops",
        "internal_address_config",
        "via",
        "max_request_headers_kb",
        "represent_ipv4_remote_address_as_ipv4_mapped_ipv6",
        "add_user_agent",
    }
)
_VIRTUAL_HOST = frozenset(
    {
        "name",
        "domains",
        "routes",
        "require_tls",
        "request_headers_to_add",
        "request_headers_to_remove",
        "response_headers_to_add",
        "response_headers_to_remove",
        "include_request_attempt_count",
        "include_attempt_count_in_response",
        "include_is_timeout_retry_header",
        "retry_policy",
        "request_mirror_policies",
        "typed_per_filter_config",
        "metadata",
        "virtual_clusters",
    }
)
_ROUTE = frozenset(
    {
        "name",
        "match",
        "route",
        "redirect",
        "direct_response",
        "metadata",
        "decorator",
        "typed_per_filter_config",
        "request_headers_to_add",
        "request_headers_to_remove",
        "response_headers_to_add",
        "response_headers_to_remove",
        "tracing",
        "stat_prefix",
    }
)


def decide(
    manager: _Manager, arrived: Arrived, so_far: Decision, *, verified: bool = False
) -> None:
    """Follow a call through a connection manager and note every step in `so_far`.

    `verified` says that the connection's TLS was ended here.
    """
    call = arrived.call
    understood(manager, _MANAGER, "http_connection_manager")
    _check_protocol(manager, call)
    _check_names(manager, call)
    config = _configuration(manager, arrived.resources, so_far)
    request = request_of(
        call, normalize=manager.normalize_path.value, merge_slashes=manager.merge_slashes
    )
    if manager.path_with_escaped_slashes_action > _KEPT and _ESCAPED.search(call.path):
        raise UndecidedError("path_with_escaped_slashes_action")
    request = _let_through(manager, request, call, verified=verified)
    try:
        place = _place(config, call, request, so_far)
    except FailedError as error:
        if not _is_aborted(error, manager, request, so_far):
            raise
        return
    _act(place, manager, request, so_far, arrived)


def _place(
    config: route_pb2.RouteConfiguration, call: Call, request: Request, so_far: Decision
) -> Place:
    """Return the route of a request. Raises FailedError where it has none."""
    virtual_host = hosts.find(config, call.host)
    so_far.virtual_host = virtual_host.name
    understood(virtual_host, _VIRTUAL_HOST, "virtual_host")
    _check_tls(virtual_host, call)
    route = _first(virtual_host, request)
    so_far.route = route.name
    understood(route, _ROUTE, "route")
    return Place(route, virtual_host, config)


def _is_aborted(error: FailedError, manager: _Manager, request: Request, so_far: Decision) -> bool:
    """Filters see requests without a route as well, and a fault may be the answer to them.

    Raises UndecidedError where that is a matter of chance.
    """
    if error.failure not in (Failure.NO_VIRTUAL_HOST, Failure.NO_ROUTE):
        return False
    fault = filters.faults(manager.http_filters, (), request, None)
    if fault is None or not fault.abort_percent:
        return False
    if fault.abort_percent < _ALWAYS_PERCENT:
        raise UndecidedError("a fault that ends some requests without a route")
    so_far.action, so_far.verdict = Action(fault=fault), Verdict.ABORT
    return True


def _let_through(manager: _Manager, request: Request, call: Call, *, verified: bool) -> Request:
    """Return the request behind the filters of policies. Raises RefusedError where one stops it."""
    direct, hops = manager.use_remote_address.value, manager.xff_num_trusted_hops
    caller = Caller(call, request, verified, direct, hops)
    policies.check_requests(manager.http_filters, caller)
    return replace(request, noted=caller.noted) if caller.chooses_again else request


def _check_protocol(manager: _Manager, call: Call) -> None:
    wanted = {
        _Manager.HTTP1: (Protocol.HTTP,),
        _Manager.HTTP2: (Protocol.HTTP2,),
        _Manager.AUTO: (Protocol.HTTP, Protocol.HTTP2),
    }
    if manager.codec_type not in wanted:
        raise UndecidedError("http_connection_manager.codec_type")
    if call.protocol not in wanted[manager.codec_type]:
        raise FailedError(Failure.PROTOCOL_ERROR)


def _check_names(manager: _Manager, call: Call) -> None:
    """Raise UndecidedError for a header that Envoy may refuse or leave out for its name."""
    action = manager.common_http_protocol_options.headers_with_underscores_action
    if action != _ALLOWED and any("_" in name for name in call.headers):
        raise UndecidedError("headers_with_underscores_action")


def _configuration(
    manager: _Manager, resources: Resources, so_far: Decision
) -> route_pb2.RouteConfiguration:
    kind = manager.WhichOneof("route_specifier")
    if kind == "route_config":
        so_far.route_config = manager.route_config.name
        return manager.route_config
    if kind != "rds":
        raise UndecidedError(f"http_connection_manager.{kind}")
    name = manager.rds.route_config_name
    so_far.route_config = name
    if name in resources.unread:
        raise UndecidedError(f"route_config {name}: {resources.unread[name]}")
    if name not in resources.routes:
        raise FailedError(Failure.NO_ROUTE)
    return resources.routes[name]


def _check_tls(virtual_host: rc.VirtualHost, call: Call) -> None:
    if virtual_host.require_tls == rc.VirtualHost.EXTERNAL_ONLY:
        raise UndecidedError("virtual_host.require_tls for external calls only")
    if virtual_host.require_tls == rc.VirtualHost.ALL and call.tls is Tls.PLAINTEXT:
        raise FailedError(Failure.TLS_REDIRECT)


def _first(virtual_host: rc.VirtualHost, request: Request) -> rc.Route:
    """Return the first route whose conditions hold."""
    for route in virtual_host.routes:
        if conditions.holds(route.match, request):
            return route
    raise FailedError(Failure.NO_ROUTE)


def _act(
    place: Place,
    manager: _Manager,
    request: Request,
    so_far: Decision,
    arrived: Arrived,
) -> None:
    kind = place.route.WhichOneof("action")
    asked = lookups.of_request(manager.http_filters, place.overrides, request)
    if kind == "route":
        so_far.clusters = actions.targets(
            place, request, lambda name: endpoints.of_cluster(arrived, name, asked)
        )
    chosen = so_far.clusters
    cluster = chosen[0].name if len(chosen) == 1 else None
    fault = filters.faults(manager.http_filters, place.overrides, request, cluster)
    marked = None
    if kind == "route":
        marked = crossorigin.cross_origin(manager.http_filters, place.overrides, request)
    if marked is not None and marked.answers:
        crossorigin.answered(marked, so_far)
        return
    steps = actions.header_steps(place, chosen)
    if marked is not None:
        steps = HeaderSteps(steps.request, (*steps.response, *marked.response))
    forwards = place.route.route
    routed = kind == "route"
    counted = limits.of_request(manager.http_filters, place.overrides, request, is_routed=routed)
    if kind == "redirect":
        told = actions.redirect(place, request)
        so_far.action = Action(told, fault=fault, headers=steps, limits=counted)
    elif kind == "direct_response":
        answer = actions.direct_response(place)
        so_far.action = Action(direct_response=answer, fault=fault, headers=steps, limits=counted)
    elif kind == "route":
        rewrite = actions.rewrite(place, request, chosen)
        lookups.check_names(arrived.resources, chosen, rewrite, asked)
        so_far.action = Action(
            rewrite=rewrite,
            timeout_s=actions.timeout_s(forwards),
            retries=actions.retries(place),
            fault=fault,
            mirror=actions.mirrors(place),
            headers=steps,
            limits=counted,
        )
    else:
        raise UndecidedError(f"route.{kind}")
    so_far.clusters = actions.without_own_changes(chosen)
    so_far.verdict = _verdict(kind, so_far)


def _verdict(kind: str, so_far: Decision) -> Verdict:
    fault = so_far.action.fault if so_far.action else None
    if fault is not None and fault.abort_percent == _ALWAYS_PERCENT:
        return Verdict.ABORT
    if kind != "route":
        return Verdict.REDIRECT if kind == "redirect" else Verdict.RESPOND
    check_endpoints(so_far)
    return Verdict.FORWARD


def check_endpoints(so_far: Decision) -> None:
    """Raise FailedError where nobody is left to call; the black hole is an answer of its own."""
    if all(not one.endpoints and one.name != BLACK_HOLE for one in so_far.clusters):
        raise FailedError(Failure.NO_ENDPOINTS)
