"""Which TCP ports of this machine somebody listens on, as the kernel says it."""

from collections.abc import Iterable, Iterator
from ipaddress import ip_address
from pathlib import Path

_TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
_LISTENING = "0A"
_WORD_DIGITS = 8


def listening(places: Iterable[tuple[str, int]]) -> bool | None:
    """Say whether somebody listens at all of these addresses and ports; None for some of them."""
    wanted = {(str(ip_address(host)), port) for host, port in places}
    there = wanted & {at for table in _TABLES for at in _listed(table)}
    if there == wanted:
        return True
    return None if there else False


def _listed(table: Path) -> Iterator[tuple[str, int]]:
    for line in table.read_text(encoding="ascii").splitlines()[1:]:
        _, local, _, state, *_ = line.split()
        if state == _LISTENING:
            host, port = local.split(":")
            yield str(ip_address(_in_order(host))), int(port, 16)


def _in_order(digits: str) -> bytes:
    """Turn each word of four bytes around: the kernel writes them as this machine holds them."""
    words = (digits[at : at + _WORD_DIGITS] for at in range(0, len(digits), _WORD_DIGITS))
    return b"".join(bytes.fromhex(word)[::-1] for word in words)
