"""What a route does with the calls it takes, facet by facet, comparable between two sides."""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from google.protobuf.any_pb2 import Any as AnyMessage
from protogen.envoy.config.route.v3 import route_components_pb2 as rc
from protogen.envoy.config.route.v3 import route_pb2

from libs.routediff.destinations import Upstream, Upstreams, shares
from libs.routediff.fields import unread
from libs.routediff.rewrites import (
    NOTHING_FIXED,
    UNCHANGED,
    Fixed,
    PathChange,
    by_prefix,
    fixed,
    joined,
    same,
)
from libs.routing import actions, headers, paths
from libs.routing.actions import Place
from libs.routing.filters import FAULT, type_of
from libs.routing.outcome import UndecidedError

_NOT_FOUND_STATUS = 404
_WORDLESS = ("name", "match", "metadata", "decorator", "stat_prefix", "tracing")
_HOST_WORDLESS = ("name", "domains", "routes", "metadata", "virtual_clusters")
_CONFIG_WORDLESS = (
    "name", "virtual_hosts", "metadata", "vhds", "validate_clusters",
    "ignore_port_in_host_matching",
)  # fmt: skip
_HEADERS = (
    "request_headers_to_add", "request_headers_to_remove",
    "response_headers_to_add", "response_headers_to_remove",
)  # fmt: skip
_SHARED = ("retry_policy", "request_mirror_policies", "typed_per_filter_config")
_TARGETS = ("cluster", "weighted_clusters")
_READ = ("timeout", "retry_policy", "request_mirror_policies", "prefix_rewrite", "regex_rewrite")
_READ_HOST = ("host_rewrite_literal", "host_rewrite_header", "auto_host_rewrite")


@dataclass(frozen=True, slots=True)
class Outcome:
    """Facets by name. Paths are compared apart: what a change does depends on the calls.

    `names` are the clusters as they are called, for people; `answers` says that some call may get
    an answer that is no refusal.
    """

    facets: Mapping[str, Hashable]
    path: PathChange = UNCHANGED
    fixed: Fixed = NOTHING_FIXED
    names: tuple[tuple[str, int], ...] = ()
    answers: bool = True


NOTHING = Outcome({"kind": "respond", "respond": (_NOT_FOUND_STATUS, "")}, answers=False)
"""What becomes of a call that no virtual host or no route takes."""


PATH_FACET: Final = "path"
_FILTER: Final = "filter "


def different_facets(one: Outcome, other: Outcome) -> frozenset[str]:
    """Name the facets in which two outcomes differ for calls that both take.

    Paths may differ for some of the calls only. Of a redirect and a forwarded call only the kind
    and the filters are compared.
    """
    if one.facets["kind"] != other.facets["kind"]:
        return frozenset({"kind"}) | {
            name for name in _compared(one, other) if name.startswith(_FILTER)
        }
    found = _compared(one, other)
    if not same(one.path, other.path, joined(one.fixed, other.fixed)):
        found.add(PATH_FACET)
    return frozenset(found)


def _compared(one: Outcome, other: Outcome) -> set[str]:
    names = one.facets.keys() | other.facets.keys()
    return {name for name in names if _facet(one, name) != _facet(other, name)}


def _facet(outcome: Outcome, name: str) -> Hashable:
    """Return a facet; nothing to do is the same as no word about it."""
    found = outcome.facets.get(name)
    return found if found not in ((), frozenset(), b"", 0) else None


def around(config: route_pb2.RouteConfiguration | None) -> Mapping[str, bytes]:
    """Return what a configuration says for all of its virtual hosts."""
    return unread(config, _CONFIG_WORDLESS) if config is not None else {}


@dataclass(slots=True)
class Outcomes:
    """Reads the outcomes of one side."""

    upstreams: Upstreams
    config: route_pb2.RouteConfiguration | None
    _of_host: dict[str, Mapping[str, Hashable]] = field(default_factory=dict)

    def of(self, virtual_host: rc.VirtualHost, route: rc.Route) -> Outcome:
        """Return what a route of a virtual host does."""
        place = Place(route, virtual_host, self.config or route_pb2.RouteConfiguration())
        kind = str(route.WhichOneof("action"))
        facets = dict(self._around(virtual_host))
        facets |= _header_facets(place)
        facets |= _filter_facets(place)
        facets["kind"] = kind
        if kind == "route":
            return self._forward(place, facets)
        facets.pop("request headers", None)
        facets |= unread(route, (*_WORDLESS, *_HEADERS, "typed_per_filter_config", kind))
        if kind == "direct_response":
            answer = actions.direct_response(place)
            facets |= {"kind": "respond", "respond": (answer.status, answer.body)}
            return Outcome(facets, answers=answer.status < 400)
        if kind == "redirect":
            return _redirect(place, facets)
        facets["action"] = route.SerializeToString(deterministic=True)
        return Outcome(facets)

    def _around(self, virtual_host: rc.VirtualHost) -> Mapping[str, Hashable]:
        """Return what the virtual host and the configuration add to all of their routes."""
        if virtual_host.name not in self._of_host:
            own = unread(virtual_host, (*_HOST_WORDLESS, *_HEADERS, *_SHARED))
            if self.config is not None:
                own |= unread(self.config, (*_CONFIG_WORDLESS, *_HEADERS, *_SHARED))
            self._of_host[virtual_host.name] = own
        return self._of_host[virtual_host.name]

    def _forward(self, place: Place, facets: dict[str, Hashable]) -> Outcome:
        action = place.route.route
        weighted = _weights(action)
        chosen = [(self.upstreams.of(one.name), one) for one in weighted]
        facets["destinations"] = shares(
            (_leads_to(up, one), one.weight.value) for up, one in chosen
        )
        facets["upstream tls"] = frozenset(
            up.tls for up, one in chosen if up.tls and one.weight.value
        )
        facets["upstream"] = frozenset(up.settings for up, one in chosen if one.weight.value)
        facets["timeout"] = actions.timeout_s(action)
        facets["retries"] = _retries(place)
        facets["mirror"] = tuple(
            (self.upstreams.of(one.cluster).leads_to, one.percent) for one in actions.mirrors(place)
        )
        facets["host"] = tuple(str(getattr(action, name)) for name in _READ_HOST)
        rest = (*_WORDLESS, *_HEADERS, "typed_per_filter_config", "route")
        facets |= unread(place.route, rest)
        facets |= unread(action, (*_TARGETS, *_READ, *_READ_HOST))
        return Outcome(
            facets,
            _path(action, place.route.match),
            fixed(place.route.match),
            tuple((one.name, one.weight.value) for one in weighted if one.weight.value),
            answers=any(up.reachable and one.weight.value for up, one in chosen),
        )


def _weights(action: rc.RouteAction) -> list[rc.WeightedCluster.ClusterWeight]:
    kind = action.WhichOneof("cluster_specifier")
    if kind == "weighted_clusters":
        return list(action.weighted_clusters.clusters)
    alone = rc.WeightedCluster.ClusterWeight(name=action.cluster if kind == "cluster" else "")
    alone.weight.value = 1
    return [alone]


def _leads_to(upstream: Upstream, one: rc.WeightedCluster.ClusterWeight) -> Hashable:
    """Return the destination of a share, with what the share alone does to a request."""
    own = rc.WeightedCluster.ClusterWeight()
    own.CopyFrom(one)
    own.ClearField("name")
    own.ClearField("weight")
    return upstream.leads_to, own.SerializeToString(deterministic=True)


def _retries(place: Place) -> Hashable:
    found = actions.retries(place)
    if found is None:
        return None
    held = (place.route.route, place.virtual_host)
    policy = next(one.retry_policy for one in held if one.HasField("retry_policy"))
    read = ("retry_on", "num_retries", "per_try_timeout", "retriable_status_codes")
    return found, tuple(sorted(unread(policy, read).items()))


def _path(action: rc.RouteAction, match: rc.RouteMatch) -> PathChange:
    if action.prefix_rewrite:
        return by_prefix(match, action.prefix_rewrite)
    if action.HasField("regex_rewrite"):
        regex = action.regex_rewrite
        return PathChange(put=regex.substitution, pattern=regex.pattern.regex)
    return UNCHANGED


def _redirect(place: Place, facets: dict[str, Hashable]) -> Outcome:
    action, match = place.route.redirect, place.route.match
    kind = action.WhichOneof("path_rewrite_specifier")
    change, rest = UNCHANGED, ["prefix_rewrite", "response_code"]
    if kind == "prefix_rewrite":
        change = by_prefix(match, action.prefix_rewrite)
    facets |= {"status": paths.status(action), **unread(action, tuple(rest))}
    return Outcome(facets, change, fixed(match))


def _header_facets(place: Place) -> Iterator[tuple[str, Hashable]]:
    """Yield what happens to headers; where that depends on more than is known, as it is written."""
    held: list[headers.Carrier] = [place.route, place.virtual_host, place.config]
    try:
        yield "request headers", tuple(filter(None, map(headers.request_steps, held)))
        yield "response headers", tuple(filter(None, map(headers.response_steps, held)))
    except UndecidedError:
        yield "headers", tuple(_written(one) for one in held)


def _written(carrier: headers.Carrier) -> Hashable:
    added = [*carrier.request_headers_to_add, None, *carrier.response_headers_to_add]
    removed = [*carrier.request_headers_to_remove, "", *carrier.response_headers_to_remove]
    return tuple(one and one.SerializeToString(deterministic=True) for one in added), tuple(removed)


def _filter_facets(place: Place) -> Iterator[tuple[str, Hashable]]:
    """Yield the settings of HTTP filters for a route, the nearest of each filter."""
    nearest: dict[str, AnyMessage] = {}
    for held in place.overrides:
        for name, config in held.items():
            nearest.setdefault(name, config)
    for name, config in nearest.items():
        word = "fault" if type_of(config) == FAULT else f"{_FILTER}{name}"
        yield word, config.SerializeToString(deterministic=True)
