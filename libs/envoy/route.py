"""Route configurations, virtual hosts, routes and what they do."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from operator import attrgetter
from typing import Final

from google.protobuf.message import Message
from protogen.envoy.config.core.v3 import base_pb2
from protogen.envoy.config.route.v3 import route_components_pb2 as rc
from protogen.envoy.config.route.v3 import route_pb2

from libs.envoy import headers, retry
from libs.envoy.anys import pack
from libs.envoy.fault import share
from libs.envoy.headers import NO_CHANGES, HeaderChanges
from libs.envoy.matchers import regex
from libs.envoy.names import DEFAULT_ROUTE
from libs.envoy.wellknown import NO_TIME, boolean, duration

_EVERY_PATH: Final = rc.RouteMatch(prefix="/")
_REDIRECT_CODES: Final = {
    301: rc.RedirectAction.MOVED_PERMANENTLY,
    302: rc.RedirectAction.FOUND,
    303: rc.RedirectAction.SEE_OTHER,
    307: rc.RedirectAction.TEMPORARY_REDIRECT,
    308: rc.RedirectAction.PERMANENT_REDIRECT,
}
REDIRECT_CODES: Final = tuple(_REDIRECT_CODES)
"""The redirect statuses that Envoy can answer with."""

PREFIX_VARIABLE: Final = "%PREFIX()%"
"""At the start of a redirect's path: keep what follows the matched prefix."""


def configuration(
    name: str, virtual_hosts: Iterable[rc.VirtualHost], *, ignore_port: bool = False
) -> route_pb2.RouteConfiguration:
    """Return a route configuration; virtual hosts stand in the order of their names.

    Clusters are not validated by Envoy: they arrive on the same stream, before the routes.
    """
    return route_pb2.RouteConfiguration(
        name=name,
        virtual_hosts=sorted(virtual_hosts, key=attrgetter("name")),
        validate_clusters=boolean(False),
        ignore_port_in_host_matching=ignore_port,
    )


def virtual_host(
    name: str, domains: Sequence[str], routes: Sequence[rc.Route], *, counts_attempts: bool = True
) -> rc.VirtualHost:
    """Return a virtual host; routes are tried in their order.

    With `counts_attempts` the upstream is told which attempt it sees, in place of what the caller
    said about that.
    """
    return rc.VirtualHost(
        name=name,
        domains=domains,
        routes=routes,
        include_request_attempt_count=counts_attempts,
    )


def require_tls(host: rc.VirtualHost) -> None:
    """Send callers without TLS to the same place with it."""
    host.require_tls = rc.VirtualHost.ALL


@dataclass(frozen=True, slots=True)
class Target:
    """A cluster with its share and its own header changes."""

    cluster: str
    weight: int = 0
    request: HeaderChanges = NO_CHANGES
    response: HeaderChanges = NO_CHANGES


def forward(
    targets: Sequence[Target],
    *,
    timeout: timedelta = NO_TIME,
    retries: rc.RetryPolicy | None = None,
) -> rc.RouteAction:
    """Return the forwarding to one cluster, or to several by weight.

    `timeout` zero means none. Weights count relative to their sum.
    """
    action = rc.RouteAction(timeout=duration(timeout), retry_policy=retries)
    if len(targets) == 1:
        action.cluster = targets[0].cluster
    else:
        action.weighted_clusters.clusters.extend(_weighted(target) for target in targets)
    return action


def _weighted(target: Target) -> rc.WeightedCluster.ClusterWeight:
    weighted = rc.WeightedCluster.ClusterWeight(
        name=target.cluster, **headers.fields(target.request, target.response)
    )
    weighted.weight.value = target.weight
    if target.request.authority:
        weighted.host_rewrite_literal = target.request.authority
    return weighted


def rewrite_path(action: rc.RouteAction, path: str) -> None:
    """Replace the matched prefix, or the whole path where the condition is no prefix."""
    action.prefix_rewrite = path


def rewrite_path_regex(action: rc.RouteAction, pattern: str, substitution: str) -> None:
    """Replace what `pattern` finds in the path."""
    action.regex_rewrite.pattern.CopyFrom(regex(pattern))
    action.regex_rewrite.substitution = substitution


def redirect(
    code: int, *, path: str = "", host: str = "", scheme: str = "", port: int = 0
) -> rc.RedirectAction:
    """Return a redirect; what is empty stays as the request has it.

    Raises KeyError for a code that is not in `REDIRECT_CODES`.
    """
    action = rc.RedirectAction(
        host_redirect=host, port_redirect=port, response_code=_REDIRECT_CODES[code]
    )
    if path.startswith(PREFIX_VARIABLE):
        action.prefix_rewrite = path.removeprefix(PREFIX_VARIABLE)
    elif path:
        action.path_redirect = path
    if scheme:
        action.scheme_redirect = scheme
    return action


def mirror(action: rc.RouteAction, cluster: str, percent: float) -> None:
    """Send a copy of a share of the requests to `cluster` and forget its answers.

    A copy is for the host that its request is for, and no part of its trace.
    """
    action.request_mirror_policies.add(
        cluster=cluster,
        trace_sampled=boolean(False),
        disable_shadow_host_suffix_append=True,
        runtime_fraction=base_pb2.RuntimeFractionalPercent(default_value=share(percent)),
    )


def direct_response(status: int, body: str | bytes | None = None) -> rc.DirectResponseAction:
    """Return an answer that asks no upstream."""
    action = rc.DirectResponseAction(status=status)
    if isinstance(body, str):
        action.body.CopyFrom(base_pb2.DataSource(inline_string=body))
    elif body is not None:
        action.body.CopyFrom(base_pb2.DataSource(inline_bytes=body))
    return action


def default_route(cluster: str, *, retries: bool = True) -> rc.Route:
    """Return the route to a service that no rule is written for."""
    policy = retry.default_policy() if retries else None
    return rc.Route(
        name=DEFAULT_ROUTE,
        match=_EVERY_PATH,
        route=forward([Target(cluster)], retries=policy),
    )


def set_filter(route: rc.Route, name: str, config: Message) -> None:
    """Configure an HTTP filter for one route."""
    route.typed_per_filter_config[name].CopyFrom(pack(config))
