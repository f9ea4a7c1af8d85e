"""Listeners that load hosts when requests ask for them."""

from protogen.envoy.config.listener.v3 import listener_pb2
from protogen.envoy.extensions.filters.network.http_connection_manager.v3 import (
    http_connection_manager_pb2 as hcm_pb2,
)

from libs.envoy import hcm, listener, tcpproxy
from libs.envoy.address import socket
from libs.envoy.hcm import Side
from libs.envoy.ondemand import FILTER_NAME, ask_for_hosts


def _listener() -> listener_pb2.Listener:
    chains = [
        listener.chain([hcm.network_filter(hcm.by_name("stat", "80", Side.OUTBOUND))], name="http"),
        listener.chain([tcpproxy.tcp_proxy("cluster")], name="bytes", destination_port=1),
    ]
    return listener.intercepting(
        "l", socket("127.0.0.1", 80), chains, listener.OUTBOUND, hand_off=False
    )


def _manager(message: listener_pb2.Listener) -> hcm_pb2.HttpConnectionManager:
    packed = message.filter_chains[0].filters[0].typed_config.value
    return hcm_pb2.HttpConnectionManager.FromString(packed)


def test_hosts_are_asked_for_before_any_other_filter_looks_at_the_route() -> None:
    """The filter that loads stands first, the router stays last, and waiting has an end."""
    message = _listener()
    assert ask_for_hosts(message, {"80"})
    manager = _manager(message)
    names = [one.name for one in manager.http_filters]
    assert (names[0], names[-1]) == (FILTER_NAME, hcm.ROUTER_NAME)
    assert manager.stream_idle_timeout.seconds > 0
    assert manager.local_reply_config.mappers[0].status_code.value == 503


def test_other_listeners_stay_as_they_are() -> None:
    """A listener of other routes is not touched."""
    message = _listener()
    assert not ask_for_hosts(message, {"81"})
    assert message == _listener()
