"""Addresses in options, as HOST:PORT."""

from tools.cli.errors import UnusableError

PORT_MAX = 65535


def host_and_port(option: str, text: str) -> tuple[str, int]:
    """Split HOST:PORT. Raises UnusableError that names the option."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or int(port) > PORT_MAX:
        raise UnusableError(f"{option} is `{text[:80]}`; write HOST:PORT, such as 127.0.0.1:15010")
    return host.strip("[]"), int(port)
