"""What HTTP filters do to a call: the router, injected faults, and those that decide nothing."""

from collections.abc import Iterable, Mapping
from typing import Final, TypeVar

from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.message import Message
from protogen.envoy.config.route.v3 import route_components_pb2 as rc
from protogen.envoy.extensions.filters.http.fault.v3 import fault_pb2
from protogen.envoy.extensions.filters.http.router.v3 import router_pb2
from protogen.envoy.extensions.filters.network.http_connection_manager.v3 import (
    http_connection_manager_pb2 as hcm_pb2,
)
from protogen.udpa.type.v1 import typed_struct_pb2 as former_struct_pb2
from protogen.xds.type.v3 import typed_struct_pb2

from libs.routing.conditions import header_holds, percent
from libs.routing.decision import Fault
from libs.routing.outcome import UndecidedError, understood
from libs.routing.request import Request

ROUTER: Final = "envoy.extensions.filters.http.router.v3.Router"
FAULT: Final = "envoy.extensions.filters.http.fault.v3.HTTPFault"
CORS: Final = "envoy.extensions.filters.http.cors.v3.Cors"
_FILTER_CONFIG: Final = rc.FilterConfig.DESCRIPTOR.full_name
_HARMLESS: Final = frozenset(
    {
        CORS,  # acts where a route has a policy only, and that is read on its own
        # acts where a route leads to a cluster that is looked up, and that is read on its own
        "envoy.extensions.filters.http.dynamic_forward_proxy.v3.FilterConfig",
        "envoy.extensions.filters.http.grpc_stats.v3.FilterConfig",
        "envoy.extensions.filters.http.grpc_web.v3.GrpcWeb",
        # counts other calls: one alone is within every limit, which is one request at least
        "envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit",
        "io.istio.http.peer_metadata.Config",
        "istio.envoy.config.filter.http.alpn.v2alpha1.FilterConfig",
        "stats.PluginConfig",
    }
)
"""Types of filters that observe, or act on how an upstream is called and not on which one."""
POLICIES: Final = frozenset(
    {
        "envoy.extensions.filters.http.ext_authz.v3.ExtAuthz",
        "envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication",
        "envoy.extensions.filters.http.rbac.v3.RBAC",
    }
)
"""Types of filters that were followed before any route was looked for, where routes agree."""

_FAULT_FIELDS = frozenset({"delay", "abort", "upstream_cluster", "headers", "max_active_faults"})
_WRAPPERS: Final[
    tuple[type[typed_struct_pb2.TypedStruct] | type[former_struct_pb2.TypedStruct], ...]
] = (typed_struct_pb2.TypedStruct, former_struct_pb2.TypedStruct)
"""Carry extensions that their sender has no message for, in today's and in the former package."""
_ALWAYS_PERCENT = 100.0
_M = TypeVar("_M", bound=Message)


def type_of(packed: AnyMessage) -> str:
    """Return the type inside an Any, also of one that only its sender knows."""
    name = packed.TypeName()
    for wrapper in _WRAPPERS:
        if name == wrapper.DESCRIPTOR.full_name:
            inside = wrapper()
            packed.Unpack(inside)
            return inside.type_url.rpartition("/")[2]
    return name


def opened(packed: AnyMessage, kind: type[_M]) -> _M:
    """Return what is inside an Any. Raises UndecidedError for another type."""
    message = kind()
    if not packed.Unpack(message):
        raise UndecidedError(type_of(packed))
    return message


def faults(
    http_filters: Iterable[hcm_pb2.HttpFilter],
    overrides: Iterable[Mapping[str, AnyMessage]],
    request: Request,
    cluster: str | None,
) -> Fault | None:
    """Return what the fault filter does to a request.

    `overrides` are the per-filter settings of route, virtual host and so on, the nearest first.
    The first filter that ends every request is the last that counts. Raises UndecidedError for a
    filter whose effect is not known, and for several of which more than one has an effect.
    """
    nearest, found = list(overrides), None
    for one in http_filters:
        config = next((own[one.name] for own in nearest if one.name in own), None)
        also = _one(one, config, request, cluster)
        if also is not None and found is not None and found.abort_percent < _ALWAYS_PERCENT:
            raise UndecidedError("faults of several filters")
        found = found or also
    return found


def overriding(
    one: hcm_pb2.HttpFilter, overrides: Iterable[Mapping[str, AnyMessage]]
) -> AnyMessage | None:
    """Return the nearest settings for a filter; None for none, and for one that is off."""
    config = next((own[one.name] for own in overrides if one.name in own), None)
    if config is None or type_of(config) != _FILTER_CONFIG:
        return None if one.disabled else config
    wrapped = opened(config, rc.FilterConfig)
    return wrapped.config if wrapped.config.type_url and not wrapped.disabled else None


def _one(
    one: hcm_pb2.HttpFilter, override: AnyMessage | None, request: Request, cluster: str | None
) -> Fault | None:
    understood(one, ("name", "typed_config", "is_optional", "disabled"), "http_filter")
    kind = type_of(one.typed_config)
    disabled, config = one.disabled, override or one.typed_config
    if override is not None and type_of(override) == _FILTER_CONFIG:
        wrapped = opened(override, rc.FilterConfig)
        disabled, config = wrapped.disabled, wrapped.config
        if not config.type_url:
            config = one.typed_config
    if disabled or kind in _HARMLESS:
        return None
    if kind in POLICIES and override is None:
        return None
    if kind == ROUTER:
        _check_router(one)
        return None
    if kind != FAULT:
        raise UndecidedError(f"filter {one.name} ({kind})")
    return _fault(opened(config, fault_pb2.HTTPFault), request, cluster)


def _check_router(one: hcm_pb2.HttpFilter) -> None:
    known = ("dynamic_stats", "start_child_span", "suppress_envoy_headers", "upstream_log")
    understood(opened(one.typed_config, router_pb2.Router), known, "router")


def _fault(fault: fault_pb2.HTTPFault, request: Request, cluster: str | None) -> Fault | None:
    understood(fault, _FAULT_FIELDS, "fault")
    if fault.upstream_cluster and fault.upstream_cluster != cluster:
        return None
    if not all(header_holds(one, request) for one in fault.headers):
        return None
    delay, abort = fault.delay, fault.abort
    understood(delay, ("fixed_delay", "percentage"), "fault.delay")
    understood(abort, ("http_status", "grpc_status", "percentage"), "fault.abort")
    delay_percent, abort_percent = percent(delay.percentage), percent(abort.percentage)
    kind = abort.WhichOneof("error_type")
    if not (delay_percent or abort_percent):
        return None
    return Fault(
        delay.fixed_delay.ToTimedelta().total_seconds() if delay_percent else None,
        delay_percent,
        abort.http_status if abort_percent and kind == "http_status" else None,
        abort.grpc_status if abort_percent and kind == "grpc_status" else None,
        abort_percent,
    )
