"""A proxy without a certificate opens what may be open, and nothing that must be encrypted."""

from dataclasses import replace

import pytest

from libs.compile.guards import closed_ports, guard_of
from libs.compile.ledger import Ledger
from libs.compile.tests.worlds import sidecar, view_of, world
from libs.registry.service import Protocol

_AGENT = {"INTERCEPTION_MODE": "NONE", "ISTIO_VERSION": "1.28.0"}


def _mesh(mode: str) -> str:
    return f"""
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {{name: default, namespace: istio-system}}
spec: {{mtls: {{mode: {mode}}}}}
"""


@pytest.mark.parametrize(
    ("mode", "agent", "expected"),
    [
        ("PERMISSIVE", True, "PERMISSIVE"),
        ("PERMISSIVE", False, "DISABLE"),
        ("STRICT", True, "STRICT"),
        ("STRICT", False, "STRICT"),
        ("DISABLE", True, "DISABLE"),
    ],
)
def test_a_mode_needs_the_certificate_for_it(mode: str, expected: str, *, agent: bool) -> None:
    """Only where both are allowed may the missing one be left out."""
    proxy = sidecar() if not agent else replace(sidecar(), metadata=_AGENT)
    guard = guard_of(view_of(world(_mesh(mode)), proxy))
    assert guard.mode(80) == expected
    assert guard.closed(80) == (mode == "STRICT" and not agent)


def test_ports_that_nobody_can_call_are_said_with_what_to_do() -> None:
    """The sentence names the policy and the ports."""
    ledger = Ledger()
    view = view_of(world(_mesh("STRICT")), sidecar(), ledger)
    closed_ports(view, guard_of(view), [80, 0])
    (problem,) = ledger.problems
    assert "PeerAuthentication istio-system/default" in problem
    assert "any other, 80" in problem
    assert "TLS_SERVER_CERT_CHAIN" in problem


def test_only_what_ends_the_meshs_tls_has_a_socket() -> None:
    """Other connections are passed on as they come."""
    guard = guard_of(view_of(world(""), replace(sidecar(), metadata=_AGENT)))
    for one in guard.entrances(80, Protocol.AUTO):
        assert (guard.socket(one) is not None) == one.mutual
