"""Envoy as a name server."""

from protogen.envoy.config.listener.v3 import listener_pb2
from protogen.envoy.extensions.filters.udp.dns_filter.v3 import dns_filter_pb2

from libs.envoy import dns
from libs.envoy.address import socket


def test_every_name_has_all_of_its_addresses() -> None:
    """Names that are not there are asked of others, as they are written."""
    found = dns.name_server("names", "127.0.0.1", 53, {"a": ["10.0.0.1", "10.0.0.2"]})
    config = dns_filter_pb2.DnsFilterConfig()
    found.listener_filters[0].typed_config.Unpack(config)
    (domain,) = config.server_config.inline_dns_table.virtual_domains
    assert (domain.name, len(domain.endpoint.address_list.address)) == ("a", 2)
    assert config.HasField("client_config")


def test_it_takes_datagrams_alone() -> None:
    """Whoever looks for connections has to pass it over."""
    assert dns.is_udp(dns.name_server("names", "127.0.0.1", 53, {}))
    assert not dns.is_udp(listener_pb2.Listener(address=socket("127.0.0.1", 53)))
