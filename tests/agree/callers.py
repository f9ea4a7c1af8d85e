"""Who calls in a run: clients with certificates of several accounts, from several addresses."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from libs.routing.call import Call
from tests.e2e import certificates

PRINCIPALS: Mapping[str, str] = MappingProxyType(
    {
        "reader": "cluster.local/ns/shop/sa/reader",
        "writer": "cluster.local/ns/shop/sa/writer",
        "other": "cluster.local/ns/bank/sa/reader",
        "foreign": "foreign.example/ns/shop/sa/reader",
    }
)
"""Identities besides the mesh's own, by the name of their certificate's file."""

_FILES = {principal: name for name, principal in PRINCIPALS.items()}
_LOOPBACK = "127."


def vouch(folder: Path) -> None:
    """Let the authority sign a certificate for each identity."""
    for name, principal in PRINCIPALS.items():
        certificates.vouch(folder, name, f"URI:spiffe://{principal}")


def certificate_of(call: Call) -> str:
    """Return the name of the file with what a client shows."""
    return _FILES.get(call.source.get("principal", ""), call.client_cert)


def address_of(call: Call) -> str:
    """Return the address that a client calls from; empty for any, where a call states none."""
    given = call.source.get("ip", "")
    return given if given.startswith(_LOOPBACK) else ""
