"""Addresses that Pods may have: an API server takes no loopback address for an endpoint."""

import contextlib
import subprocess
from collections.abc import Iterator

import pytest

from tools.parts.missing import PartMissingError, must_be_there


@contextlib.contextmanager
def on_this_machine(*addresses: str) -> Iterator[None]:
    """Have addresses on the loopback device for a while; needs the right to change it."""
    added: list[str] = []
    try:
        for one in addresses:
            _ip("add", one)
            added.append(one)
        yield
    finally:
        for one in added:
            _ip("del", one)


def _ip(verb: str, address: str) -> None:
    command = ["ip", "address", verb, f"{address}/32", "dev", "lo"]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        missing = PartMissingError("Pod addresses", "needs iproute2 and the right to add addresses")
        if must_be_there():
            raise missing from error
        pytest.skip(str(missing))
