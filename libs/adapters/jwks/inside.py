"""Which addresses are of the public Internet, in all the spellings that lead to one."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

_UNICAST: Final = ip_network("2000::/3")
_TRANSLATED: Final = ip_network("64:ff9b::/96")
"""Addresses that a translator at the border makes of old ones, which stand in their last bits."""
_IPV4_BITS: Final = 0xFFFF_FFFF


def meant(number: str) -> IPv4Address | IPv6Address:
    """Return the address that packets to a number reach in the end."""
    address = ip_address(number.partition("%")[0])
    if isinstance(address, IPv4Address):
        return address
    if address in _TRANSLATED:
        return IPv4Address(int(address) & _IPV4_BITS)
    return address.ipv4_mapped or address.sixtofour or address


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Say whether an address can only be somebody's outside."""
    if isinstance(address, IPv6Address) and address not in _UNICAST:
        return False
    return address.is_global and not address.is_multicast
