"""Addresses: sockets, unix sockets and the text that names them."""

from ipaddress import ip_address

from protogen.envoy.config.core.v3 import address_pb2

UNIX_PREFIX = "unix://"


def socket(host: str, port: int) -> address_pb2.Address:
    """Return a TCP address. `host` is an IP address, or a name where Envoy resolves names."""
    return address_pb2.Address(
        socket_address=address_pb2.SocketAddress(address=host, port_value=port)
    )


def address(text: str, port: int) -> address_pb2.Address:
    """Return a TCP address, or for `unix:///path` that path's socket; `port` then means nothing."""
    if text.startswith(UNIX_PREFIX):
        return address_pb2.Address(pipe=address_pb2.Pipe(path=text.removeprefix(UNIX_PREFIX)))
    return socket(text, port)


def is_ip(text: str) -> bool:
    """Say whether `text` is an IPv4 or IPv6 address in numbers."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Say whether nobody but this machine reaches `host`, which may be an IPv6 one in brackets."""
    bare = host.strip("[]")
    return bare == "localhost" or (is_ip(bare) and ip_address(bare).is_loopback)


def text_of(value: address_pb2.Address) -> str:
    """Return `host:port` or the path of a unix socket: equal texts cannot both be listened on."""
    if value.HasField("pipe"):
        return value.pipe.path
    at = value.socket_address
    return f"{at.address}:{at.port_value}"
