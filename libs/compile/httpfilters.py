"""Where a filter goes among the HTTP filters of a connection manager."""

from collections.abc import Mapping, Sequence

from protogen.envoy.extensions.filters.network.http_connection_manager.v3 import (
    http_connection_manager_pb2 as hcm_pb2,
)

from libs.envoy.hcm import ROUTER_NAME

_AUTHENTICATION = ("envoy.filters.http.jwt_authn", "istio_authn")
_AUTHORIZATION = ("envoy.filters.http.rbac", "envoy.filters.http.ext_authz")
_BEHIND: Mapping[str, Sequence[str]] = {
    "AUTHN": _AUTHENTICATION,
    "AUTHZ": (*_AUTHENTICATION, *_AUTHORIZATION),
}
"""The filters behind which those of a class stand."""

Manager = hcm_pb2.HttpConnectionManager


def before_router(manager: Manager, added: Sequence[hcm_pb2.HttpFilter]) -> None:
    """Put filters in their order right before the router, which is always the last."""
    former = list(manager.http_filters)
    at = _router(former)
    set_filters(manager, [*former[:at], *added, *former[at:]])


def set_filters(manager: Manager, filters: Sequence[hcm_pb2.HttpFilter]) -> None:
    """Replace all HTTP filters."""
    copied = list(filters)
    del manager.http_filters[:]
    manager.http_filters.extend(copied)


def place_of_class(filters: Sequence[hcm_pb2.HttpFilter], written: str) -> int:
    """Return the place for a filter of a class: behind those that authenticate or authorize.

    Without a class, and for statistics, it is right before the router.
    """
    behind = _BEHIND.get(written, ())
    found = (at for at, one in enumerate(filters) if one.name in behind)
    last = max(found, default=-1)
    return _router(filters) if not behind else last + 1


def place_of_phase(filters: Sequence[hcm_pb2.HttpFilter], phase: str) -> int:
    """Return the place of a program: before what authenticates, authorizes or counts in a phase.

    Without a phase it is right before the router.
    """
    if phase == "AUTHN":
        ahead = (at for at, one in enumerate(filters) if one.name in _AUTHENTICATION)
        return next(ahead, 0)
    if phase == "AUTHZ":
        return place_of_class(filters, "AUTHN")
    return place_of_class(filters, "AUTHZ") if phase == "STATS" else _router(filters)


def _router(filters: Sequence[hcm_pb2.HttpFilter]) -> int:
    last = len(filters) - 1
    return last if filters and filters[last].name == ROUTER_NAME else len(filters)
