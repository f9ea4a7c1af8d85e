"""Free ports are free, and differ."""

import socket

from tools.child.ports import free_ports


def test_ports_differ_and_can_be_bound() -> None:
    """A program can take every one of them at once."""
    ports = free_ports(20)
    taken = [socket.create_server(("127.0.0.1", port)) for port in ports]
    for one in taken:
        one.close()
    assert len(set(ports)) == 20
