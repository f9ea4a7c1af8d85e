"""Ways into a proxy."""

from protogen.envoy.config.listener.v3 import listener_components_pb2 as lc
from protogen.envoy.config.listener.v3 import listener_pb2
from protogen.envoy.extensions.filters.listener.tls_inspector.v3 import tls_inspector_pb2

from libs.envoy import dns
from libs.routediff.outlets import other_datagrams, outlets, refused
from libs.routediff.tests.views import PORT, compiled, view
from libs.routing.resources import Resources


def _listener(*names: str) -> Resources:
    listener = listener_pb2.Listener(name="entry")
    place = listener.address.socket_address
    place.address, place.port_value = "127.0.0.1", PORT
    listener.listener_filters.add(name="tls").typed_config.Pack(tls_inspector_pb2.TlsInspector())
    for name in names:
        match = lc.FilterChainMatch(server_names=[name])
        listener.filter_chains.add(name=name, filter_chain_match=match)
    return Resources({"entry": listener})


def test_a_plain_listener_is_one_way_in() -> None:
    """Protocols that no chain tells apart are not listed apart."""
    (only,) = outlets(view([]), view([]))
    assert (only.call.port, only.call.mode) == (PORT, "outbound")


def test_server_names_of_both_sides_are_ways_in() -> None:
    """Each name is tried on both sides, and so is one that nobody states."""
    found = list(outlets(_listener("a.x"), _listener("a.x", "*.y")))
    by_name = {one.call.sni: one for one in found if one.call.tls == "tls"}
    assert by_name.keys() == {"a.x", "any.y", "other.example"}
    assert refused(by_name["any.y"].old)
    assert not refused(by_name["any.y"].new)


def test_a_listener_of_one_side_alone_is_a_way_in() -> None:
    """The other side has no listener there, and says so."""
    (only,) = outlets(Resources(), view([]))
    assert refused(only.old)
    assert only.new.chain is not None


def test_an_intercepting_sidecar_is_asked_about_ports_that_nobody_has() -> None:
    """What is let through, or not, is a way in as well."""
    found = list(outlets(compiled(""), compiled("")))
    assert any(one.old.listener and one.old.listener.name == "virtualOutbound" for one in found)


def test_a_listener_for_datagrams_is_no_way_in_and_has_to_be_alike() -> None:
    """What it answers decides where calls go, and nobody compares it."""
    one, other = (
        Resources({"names": dns.name_server("names", "127.0.0.1", PORT, {"a": [address]})})
        for address in ("10.0.0.1", "10.0.0.2")
    )
    assert list(outlets(one, other)) == []
    assert list(other_datagrams(one, other)) == ["names"]
    assert list(other_datagrams(one, Resources())) == ["names"]
    assert list(other_datagrams(one, one)) == []
