"""Where a service's connections are told from others."""

from typing import Any

import pytest

from libs.compile.proxy import Proxy, ProxyType
from libs.compile.snapshot import compile_snapshot
from libs.compile.tests.worlds import istio, service, world
from libs.kernel import xds

CAPTURE = {"DNS_CAPTURE": "true", "DNS_AUTO_ALLOCATE": "true"}


def _listeners(text: str, **metadata: str) -> list[str]:
    proxy = Proxy(ProxyType.SIDECAR, "default", metadata=metadata)
    found = compile_snapshot(world(text), proxy).snapshot.of(xds.LISTENER)
    return [name for name in found if not name.startswith(("virtual", "127.0.0.1_15053"))]


def _entry(more: str, resolution: str = "STATIC") -> str:
    endpoints = ", endpoints: [{address: 10.0.0.1}]" if resolution == "STATIC" else ""
    port = "ports: [{number: 90, name: tcp, protocol: TCP}]"
    spec = f"{{hosts: [a.example], {port}, resolution: {resolution}{endpoints}{more}}}"
    return istio("ServiceEntry", "a", spec)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(_entry(""), ["0.0.0.0_90"], id="no address"),
        pytest.param(_entry(", addresses: [10.1.1.1]"), ["10.1.1.1_90"], id="an address"),
        pytest.param(_entry(", addresses: [10.1.0.0/16]"), ["0.0.0.0_90"], id="a network"),
        pytest.param(
            _entry(", addresses: [10.1.1.1, 10.2.0.0/16]"),
            ["0.0.0.0_90", "10.1.1.1_90"],
            id="both",
        ),
        pytest.param(
            service("web", "{name: tcp, port: 90}", "clusterIP: 10.9.9.9"),
            ["10.9.9.9_90"],
            id="a service's own address",
        ),
        pytest.param(
            service("web", "{name: tcp, port: 90}", "clusterIP: None"),
            ["0.0.0.0_90"],
            id="headless without endpoints",
        ),
        pytest.param(
            service("web", "{name: tcp, port: 90}", "clusterIP: None")
            + istio("WorkloadEntry", "w", "{address: 10.0.0.7, labels: {app: web}}"),
            ["10.0.0.7_90"],
            id="headless with endpoints",
        ),
    ],
)
def test_a_listener_is_at_what_is_known_of_the_service(text: str, expected: list[str]) -> None:
    """Addresses come first, then networks, then every address of the port."""
    assert _listeners(text) == expected


@pytest.mark.parametrize(
    ("resolution", "metadata", "allocated"),
    [
        ("STATIC", CAPTURE, True),
        ("DNS", CAPTURE, True),
        ("NONE", CAPTURE, False),
        ("STATIC", {}, False),
        ("STATIC", {"DNS_CAPTURE": "true"}, False),
    ],
)
def test_an_allocated_address_counts_where_names_resolve_to_it(
    resolution: str,
    metadata: dict[str, Any],
    allocated: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """Elsewhere nobody would ever call it."""
    (found,) = _listeners(_entry("", resolution), **metadata)
    assert found.startswith("240.240.") is allocated
