"""Envoy as the name server of a workload: it answers for some names and asks others for the rest.

Envoy answers over UDP, for addresses only, and compares names by their exact letters.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from protogen.envoy.config.core.v3 import address_pb2
from protogen.envoy.config.listener.v3 import listener_pb2
from protogen.envoy.data.dns.v3 import dns_table_pb2
from protogen.envoy.extensions.filters.udp.dns_filter.v3 import dns_filter_pb2
from protogen.envoy.extensions.network.dns_resolver.cares.v3 import cares_dns_resolver_pb2

from libs.envoy.anys import pack
from libs.envoy.wellknown import duration

FILTER_NAME: Final = "envoy.filters.udp.dns_filter"
_RESOLVER: Final = "envoy.network.dns_resolver.cares"
_ANSWER_LIFE: Final = timedelta(seconds=30)
_PATIENCE: Final = timedelta(seconds=5)
_WAITING_MAX: Final = 1024


def name_server(
    name: str, host: str, port: int, names: Mapping[str, Sequence[str]]
) -> listener_pb2.Listener:
    """Return a listener that knows the addresses of names; a `*.` in front stands for many."""
    table = dns_table_pb2.DnsTable()
    for one, addresses in names.items():
        domain = table.virtual_domains.add(name=one, answer_ttl=duration(_ANSWER_LIFE))
        domain.endpoint.address_list.address.extend(addresses)
    config = dns_filter_pb2.DnsFilterConfig(stat_prefix=name, client_config=_others())
    config.server_config.inline_dns_table.CopyFrom(table)
    at = address_pb2.SocketAddress(
        protocol=address_pb2.SocketAddress.UDP, address=host, port_value=port
    )
    result = listener_pb2.Listener(name=name, address=address_pb2.Address(socket_address=at))
    result.listener_filters.add(name=FILTER_NAME, typed_config=pack(config))
    return result


def _others() -> dns_filter_pb2.DnsFilterConfig.ClientContextConfig:
    """Ask the name servers of the machine; clients have added search domains already."""
    resolver = cares_dns_resolver_pb2.CaresDnsResolverConfig()
    resolver.dns_resolver_options.no_default_search_domain = True
    result = dns_filter_pb2.DnsFilterConfig.ClientContextConfig(
        resolver_timeout=duration(_PATIENCE), max_pending_lookups=_WAITING_MAX
    )
    result.typed_dns_resolver_config.name = _RESOLVER
    result.typed_dns_resolver_config.typed_config.CopyFrom(pack(resolver))
    return result


def is_udp(listener: listener_pb2.Listener) -> bool:
    """Say whether a listener takes datagrams and no connections."""
    return bool(listener.address.socket_address.protocol == address_pb2.SocketAddress.UDP)
