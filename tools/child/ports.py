"""Free ports for programs that cannot choose one and tell."""

import socket


def free_ports(count: int) -> list[int]:
    """Give different loopback TCP ports that were free a moment ago.

    All are held until the last one is known, so that they differ; another program may still take
    one before the caller does.
    """
    with_all: list[socket.socket] = []
    try:
        for _ in range(count):
            one = socket.socket()
            with_all.append(one)
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in with_all]
    finally:
        for one in with_all:
            one.close()
