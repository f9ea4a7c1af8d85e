"""Where a filter goes among the HTTP filters of a connection manager."""

from collections.abc import Sequence

from protogen.envoy.extensions.filters.network.http_connection_manager.v3 import (
    http_connection_manager_pb2 as hcm_pb2,
)

from libs.envoy.hcm import ROUTER_NAME

Manager = hcm_pb2.HttpConnectionManager


def before_router(manager: Manager, added: Sequence[hcm_pb2.HttpFilter]) -> None:
    """Put filters in their order right before the router, which is always the last."""
    former = list(manager.http_filters)
    at = len(former) - 1 if former and former[-1].name == ROUTER_NAME else len(former)
    set_filters(manager, [*former[:at], *added, *former[at:]])


def set_filters(manager: Manager, filters: Sequence[hcm_pb2.HttpFilter]) -> None:
    """Replace all HTTP filters."""
    copied = list(filters)
    del manager.http_filters[:]
    manager.http_filters.extend(copied)
