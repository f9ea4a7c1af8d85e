"""Free ports for programs that cannot choose one and tell."""

import secrets
import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from itertools import islice
from pathlib import Path

_CLIENTS = Path("/proc/sys/net/ipv4/ip_local_port_range")
_USUAL_FIRST = 32_768
_FIRST, _LEAST = 21_000, 1_000
"""Below are ports that programs and tests have by agreement."""


def free_ports(count: int) -> list[int]:
    """Give different TCP ports that were free at every address a moment ago.

    They are none that the system gives to clients, so that no connection takes one meanwhile;
    another program may still do so before the caller does.
    """
    with ExitStack() as held:
        return list(islice(_free(held), count))


def _free(held: ExitStack) -> Iterator[int]:
    """Yield ports, each held for as long as the stack is."""
    choices = range(_FIRST, max(_first_of_clients(), _FIRST + _LEAST))
    while True:
        port, one = secrets.choice(choices), held.enter_context(socket.socket())
        with suppress(OSError):
            one.bind(("", port))
            yield port


def _first_of_clients() -> int:
    """Return the first port that the system gives to clients."""
    with suppress(OSError, ValueError):
        return int(_CLIENTS.read_text(encoding="ascii").split()[0])
    return _USUAL_FIRST
