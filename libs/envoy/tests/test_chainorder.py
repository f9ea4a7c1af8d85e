"""Chains of filters end with what ends them."""

import pytest
from google.protobuf.any_pb2 import Any as AnyMessage
from protogen.envoy.extensions.filters.network.http_connection_manager.v3 import (
    http_connection_manager_pb2 as hcm_pb2,
)

from libs.envoy import hcm, listener, route, tcpproxy
from libs.envoy.address import socket
from libs.envoy.chainorder import misplaced


def _reasons(names: list[str]) -> list[str]:
    manager = hcm.inline("a", route.configuration("a", []), hcm.Side.INBOUND)
    router = manager.http_filters[-1]
    del manager.http_filters[:]
    for name in names:
        manager.http_filters.append(router if name == "router" else hcm_pb2.HttpFilter(name=name))
        if name == "asked":
            manager.http_filters[-1].config_discovery.SetInParent()
    chain = listener.chain([hcm.network_filter(manager)])
    return list(misplaced(listener.listener("l", socket("::", 1), [chain], listener.INBOUND)))


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["a", "router"], []),
        (["router", "a"], ["listener l has HTTP filter a behind the router"]),
        (["a"], ["listener l has HTTP filters without a router at their end"]),
        (["asked", "router"], ["listener l asks for extension asked, which is not there"]),
    ],
)
def test_the_router_is_the_last_http_filter(names: list[str], expected: list[str]) -> None:
    """Envoy refuses a listener whose requests would end nowhere or too early."""
    assert _reasons(names) == expected


def test_nothing_stands_behind_a_tcp_proxy() -> None:
    """A filter behind what ends a chain would never see a connection."""
    ends, other = tcpproxy.tcp_proxy("b"), listener.chain([]).filters.add(name="other")
    other.typed_config.CopyFrom(AnyMessage())
    chain = listener.chain([ends, other])
    built = listener.listener("l", socket("::", 1), [chain], listener.INBOUND)
    assert list(misplaced(built)) == [
        "listener l has filter other behind envoy.filters.network.tcp_proxy"
    ]
