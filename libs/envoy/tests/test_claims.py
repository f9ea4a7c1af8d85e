"""What single resources take and need."""

from libs.envoy import hcm, listener, route, tcpproxy
from libs.envoy.address import socket
from libs.envoy.claims import Claims, claims_of, together


def test_a_listener_takes_its_address_and_needs_what_its_filters_name() -> None:
    """Routes by name, clusters with all their shares."""
    shares = [("a", 1), ("b", 2)]
    chains = [
        listener.chain([hcm.network_filter(hcm.by_name("s", "r", hcm.Side.OUTBOUND))]),
        listener.chain([tcpproxy.weighted("t", shares)], destination_port=9),
    ]
    made = claims_of(listener.listener("l", socket("10.0.0.1", 80), chains, listener.OUTBOUND))
    assert made.addresses == ("10.0.0.1:80",)
    assert made.routes == {"r": "listener l"}
    assert made.clusters == {"a": "listener l", "b": "listener l"}


def test_a_virtual_host_without_a_domain_is_a_reason_by_itself() -> None:
    """Envoy refuses the whole configuration for it."""
    made = claims_of(route.configuration("r", [route.virtual_host("v", [], [])]))
    assert made.reasons == ("in route configuration r: virtual host v has no domain",)


def test_of_two_who_need_a_name_the_first_is_named() -> None:
    """One sentence for each name is enough."""
    made = together([Claims(clusters={"c": "one"}), Claims(clusters={"c": "two", "d": "two"})])
    assert made.clusters == {"c": "one", "d": "two"}
