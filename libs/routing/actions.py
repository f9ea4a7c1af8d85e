"""What a matched route does with a request."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from google.protobuf.any_pb2 import Any as AnyMessage
from protogen.envoy.config.core.v3 import base_pb2
from protogen.envoy.config.route.v3 import route_components_pb2 as rc
from protogen.envoy.config.route.v3 import route_pb2

from libs.routing import headers, paths
from libs.routing.conditions import percent
from libs.routing.decision import (
    ClusterChoice,
    DirectResponse,
    EndpointChoice,
    HeaderSteps,
    Mirror,
    Redirect,
    Retries,
    Rewrite,
)
from libs.routing.outcome import UndecidedError, understood
from libs.routing.request import Request

DEFAULT_TIMEOUT_S = 15.0
_ROUTE_ACTION = frozenset(
    {
        "cluster",
        "cluster_header",
        "weighted_clusters",
        "cluster_not_found_response_code",
        "prefix_rewrite",
        "regex_rewrite",
        "host_rewrite_literal",
        "host_rewrite_header",
        "auto_host_rewrite",
        "append_x_forwarded_host",
        "timeout",
        "idle_timeout",
        "retry_policy",
        "request_mirror_policies",
        "priority",
        "hash_policy",
        "upgrade_configs",
        "max_stream_duration",
    }
)
_WEIGHT = frozenset(
    {
        "name",
        "weight",
        "request_headers_to_add",
        "request_headers_to_remove",
        "response_headers_to_add",
        "response_headers_to_remove",
        "host_rewrite_literal",
        "typed_per_filter_config",
    }
)
_RETRY = frozenset(
    {
        "retry_on",
        "num_retries",
        "per_try_timeout",
        "per_try_idle_timeout",
        "retry_priority",
        "retry_host_predicate",
        "host_selection_retry_max_attempts",
        "retriable_status_codes",
        "retry_back_off",
        "rate_limited_retry_back_off",
    }
)
_MIRROR = (
    "cluster",
    "runtime_fraction",
    "trace_sampled",
    "disable_shadow_host_suffix_append",
)
Endpoints = Callable[[str], tuple[EndpointChoice, ...]]


@dataclass(frozen=True, slots=True)
class Place:
    """A route with what it stands in; what is nearer to the request comes first."""

    route: rc.Route
    virtual_host: rc.VirtualHost
    config: route_pb2.RouteConfiguration

    @property
    def overrides(self) -> Sequence[Mapping[str, AnyMessage]]:
        """Settings for HTTP filters, the nearest first."""
        held: tuple[rc.Route | rc.VirtualHost | route_pb2.RouteConfiguration, ...]
        held = (self.route, self.virtual_host, self.config)
        alone = _only_weight(self.route)
        own = [alone.typed_per_filter_config] if alone is not None else []
        return [*own, *(one.typed_per_filter_config for one in held)]


def targets(place: Place, request: Request, endpoints: Endpoints) -> tuple[ClusterChoice, ...]:
    """Return the clusters that may get the request; those without a share are left out."""
    action = place.route.route
    understood(action, _ROUTE_ACTION, "route")
    kind = action.WhichOneof("cluster_specifier")
    if kind == "weighted_clusters":
        return _weighted(action.weighted_clusters, endpoints)
    if kind == "cluster":
        name = action.cluster
    elif kind == "cluster_header":
        name = request.header(action.cluster_header.lower()) or ""
    else:
        raise UndecidedError(f"route.{kind}")
    return (ClusterChoice(name, 100, endpoints(name)),)


def _weighted(weighted: rc.WeightedCluster, endpoints: Endpoints) -> tuple[ClusterChoice, ...]:
    understood(weighted, ("clusters", "total_weight"), "weighted_clusters")
    for one in weighted.clusters:
        understood(one, _WEIGHT, "weighted_clusters.clusters")
    return tuple(
        ClusterChoice(
            one.name,
            one.weight.value,
            endpoints(one.name),
            one.host_rewrite_literal,
            headers.request_steps(one),
            headers.response_steps(one),
        )
        for one in weighted.clusters
        if one.weight.value
    )


def _only_weight(route: rc.Route) -> rc.WeightedCluster.ClusterWeight | None:
    """Return the share that gets everything. Different settings of several are a matter of chance.

    Raises UndecidedError for those.
    """
    shares = [one for one in route.route.weighted_clusters.clusters if one.weight.value]
    if len(shares) == 1:
        return shares[0]
    if any(one.typed_per_filter_config for one in shares):
        raise UndecidedError("weighted_clusters.clusters.typed_per_filter_config")
    return None


def redirect(place: Place, request: Request) -> Redirect:
    """Return what a redirect answers."""
    action = place.route.redirect
    return Redirect(paths.status(action), paths.location(action, place.route.match, request))


def direct_response(place: Place) -> DirectResponse:
    """Return what a direct response answers."""
    response = place.route.direct_response
    understood(response, ("status", "body"), "direct_response")
    return DirectResponse(response.status, _text(response.body))


def _text(source: base_pb2.DataSource) -> str:
    kind = source.WhichOneof("specifier")
    if kind == "inline_bytes":
        return source.inline_bytes.decode("utf-8", "replace")
    if kind in (None, "inline_string"):
        return source.inline_string
    raise UndecidedError(f"direct_response.body.{kind}")


def rewrite(place: Place, request: Request, chosen: Iterable[ClusterChoice]) -> Rewrite | None:
    """Return path and host for the upstream; None when both stay."""
    action, path = place.route.route, None
    if action.prefix_rewrite:
        path = paths.with_prefix(place.route.match, request, action.prefix_rewrite)
    elif action.HasField("regex_rewrite"):
        regex = action.regex_rewrite
        path = paths.with_regex(regex.pattern, regex.substitution, request)
    host = _host(action, request, chosen)
    return Rewrite(path, host) if path is not None or host is not None else None


def _host(action: rc.RouteAction, request: Request, chosen: Iterable[ClusterChoice]) -> str | None:
    """The route's own host is set after that of a share, so it stays.

    Where shares differ, each has its own beside it.
    """
    if action.HasField("auto_host_rewrite") and action.auto_host_rewrite.value:
        raise UndecidedError("route.auto_host_rewrite")
    if action.host_rewrite_header:
        return request.header(action.host_rewrite_header.lower())
    if action.host_rewrite_literal:
        return action.host_rewrite_literal
    owns = {one.host for one in chosen}
    return owns.pop() or None if len(owns) == 1 else None


def timeout_s(action: rc.RouteAction) -> float | None:
    """Return the limit of a whole call in seconds; zero means none."""
    if not action.HasField("timeout"):
        return DEFAULT_TIMEOUT_S
    return action.timeout.ToTimedelta().total_seconds() or None


def retries(place: Place) -> Retries | None:
    """Return the route's retries, else the virtual host's."""
    held = (place.route.route, place.virtual_host)
    policy = next((one.retry_policy for one in held if one.HasField("retry_policy")), None)
    if policy is None or not policy.retry_on:
        return None
    understood(policy, _RETRY, "retry_policy")
    attempts = policy.num_retries.value if policy.HasField("num_retries") else 1
    limit = policy.per_try_timeout.ToTimedelta().total_seconds() or None
    return Retries(attempts, policy.retry_on, tuple(policy.retriable_status_codes), limit)


_MIRROR = ("cluster", "runtime_fraction", "trace_sampled", "disable_shadow_host_suffix_append")


def mirrors(place: Place) -> tuple[Mirror, ...]:
    """Return the nearest copies that are asked for."""
    held = (place.route.route, place.virtual_host, place.config)
    nearest = next((one.request_mirror_policies for one in held if one.request_mirror_policies), ())
    for one in nearest:
        understood(one, _MIRROR, "mirror")
    return tuple(
        Mirror(
            one.cluster,
            percent(one.runtime_fraction.default_value)
            if one.HasField("runtime_fraction")
            else 100.0,
        )
        for one in nearest
    )


def shares_agree(chosen: Sequence[ClusterChoice]) -> bool:
    """Say whether every share changes a request and its response in one way."""
    return len({(one.host, one.request_headers, one.response_headers) for one in chosen}) == 1


def without_own_changes(chosen: Sequence[ClusterChoice]) -> tuple[ClusterChoice, ...]:
    """Return shares without their changes, which the action has where all agree."""
    if not shares_agree(chosen):
        return tuple(chosen)
    return tuple(ClusterChoice(one.name, one.weight, one.endpoints) for one in chosen)


def header_steps(place: Place, chosen: Sequence[ClusterChoice]) -> HeaderSteps:
    """Return all operations in their order: the nearest first, unless the farthest must not win."""
    held: list[headers.Carrier] = [place.route, place.virtual_host, place.config]
    own = chosen[0] if shares_agree(chosen) else ClusterChoice("", 0)
    request = [own.request_headers, *map(headers.request_steps, held)]
    response = [own.response_headers, *map(headers.response_steps, held)]
    if place.config.most_specific_header_mutations_wins:
        request.reverse()
        response.reverse()
    return HeaderSteps(sum(request, ()), sum(response, ()))
