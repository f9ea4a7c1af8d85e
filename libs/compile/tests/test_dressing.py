"""Filters inside a finished listener are changed without changing the listener that was given."""

from protogen.envoy.config.listener.v3 import listener_pb2

from libs.compile.dressing import Dress, Manager, Spot, TcpProxy, dressed
from libs.compile.tests.worlds import sidecar
from libs.envoy import hcm, listener, route, tcpproxy
from libs.envoy.address import socket
from libs.envoy.hcm import Side


def _listener() -> listener_pb2.Listener:
    manager = hcm.inline("a", route.configuration("a", []), Side.INBOUND)
    chains = [
        listener.chain([hcm.network_filter(manager)], destination_port=8080),
        listener.chain([tcpproxy.tcp_proxy("b")]),
    ]
    return listener.intercepting(
        "virtualInbound", socket("0.0.0.0", 15006), chains, listener.INBOUND, hand_off=False
    )


def _noting(spots: list[tuple[str, Spot]], *, change: bool) -> Dress:
    def dress(found: Manager | TcpProxy, spot: Spot) -> bool:
        spots.append((type(found).__name__, spot))
        found.stat_prefix = "changed"
        return change

    return dress


def test_every_filter_is_seen_at_its_spot() -> None:
    """A chain's own port counts; the port of redirected connections is nobody's."""
    spots: list[tuple[str, Spot]] = []
    dressed(_listener(), sidecar(), _noting(spots, change=True))
    assert spots == [
        ("HttpConnectionManager", Spot(Side.INBOUND, 8080)),
        ("TcpProxy", Spot(Side.INBOUND, 0)),
    ]


def test_a_change_leaves_the_given_listener_alone() -> None:
    """What is memoised stays as it was; without a change it is returned itself."""
    given, before = _listener(), _listener()
    assert dressed(given, sidecar(), _noting([], change=False)) is given
    changed = dressed(given, sidecar(), _noting([], change=True))
    assert given == before
    assert changed != given
