"""An EgressRule is a ServiceEntry for a name or for a range of addresses."""

from typing import Any

import pytest

from libs.meshapi.dialects.egressrule import EgressRule
from libs.meshapi.dialects.externals import service_entry
from libs.meshapi.dialects.run import Old
from libs.meshapi.dialects.tests.oldobjects import old, run_beside, said
from libs.meshapi.dump import plain

PORTS = "ports: [{port: 80, protocol: http}, {port: 443, protocol: https}]"
CONNECTIONS = "ports: [{port: 80, protocol: tcp}]"


def _entry(target: str, ports: str, more: str = "") -> tuple[dict[str, Any], list[str]]:
    run = run_beside()
    found = old("EgressRule", f"{{destination: {{service: {target!r}}}, {ports}{more}}}")
    assert isinstance(found.object, EgressRule)
    made = service_entry(Old(found.object, found.parsed), run)
    return plain(made.object)["spec"], said(run)


@pytest.mark.parametrize(
    ("target", "ports", "host", "addresses"),
    [
        ("*.Example.com", PORTS, "*.example.com", None),
        ("10.1.0.0/16", CONNECTIONS, "one.shop.svc.cluster.local", ["10.1.0.0/16"]),
    ],
)
def test_names_and_ranges(target: str, ports: str, host: str, addresses: list[str] | None) -> None:
    """A range has no name, so it gets one of its own."""
    spec, _ = _entry(target, ports)
    assert spec["hosts"] == [host]
    assert spec.get("addresses") == addresses
    assert {port["protocol"] for port in spec["ports"]} <= {"HTTP", "HTTPS", "TCP"}


def test_encryption_on_the_way_out_is_said() -> None:
    """Old proxies encrypted plain calls to https ports; a ServiceEntry does not."""
    _, notes = _entry("example.com", PORTS, ", useEgressProxy: true")
    assert len(notes) == 2
    assert "egress proxy" in notes[0]
    assert "plain calls to port 443" in notes[1]
