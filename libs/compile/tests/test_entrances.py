"""Kinds of connections. Which chain a real Envoy chooses is held by tables in tests/e2e."""

import pytest

from libs.compile.entrances import UNKNOWN, entrances
from libs.compile.peers import Mode
from libs.registry.service import Protocol

_PROTOCOLS = (Protocol.HTTP, Protocol.GRPC, Protocol.TCP, Protocol.HTTPS, Protocol.AUTO)


@pytest.mark.parametrize("protocol", _PROTOCOLS)
def test_a_strict_port_has_no_entrance_without_the_meshs_tls(protocol: Protocol) -> None:
    """Whatever is spoken inside."""
    assert all(one.mutual and one.encrypted for one in entrances(protocol, "STRICT"))


@pytest.mark.parametrize("protocol", _PROTOCOLS)
def test_a_port_without_mutual_tls_ends_none(protocol: Protocol) -> None:
    """The workload sees what its caller sends."""
    assert not any(one.mutual for one in entrances(protocol, "DISABLE"))


@pytest.mark.parametrize("protocol", _PROTOCOLS)
def test_a_permissive_port_takes_both(protocol: Protocol) -> None:
    """What it ends is told from other TLS by what sidecars offer."""
    found = entrances(protocol, "PERMISSIVE")
    assert all(one.protocols for one in found if one.mutual)
    assert {one.mutual for one in found} == {True, False}


@pytest.mark.parametrize("mode", ["DISABLE", "PERMISSIVE", "STRICT"])
def test_no_two_entrances_of_a_port_ask_for_the_same(mode: Mode) -> None:
    """Envoy refuses a listener with two chains of one condition."""
    for kinds in (*(entrances(one, mode) for one in _PROTOCOLS), UNKNOWN[mode]):
        asked = [(one.transport, one.protocols) for one in kinds]
        assert len(set(asked)) == len(asked)


def test_undeclared_ports_do_not_wait_for_plain_bytes() -> None:
    """A server that speaks first would wait for its client without end."""
    assert not any(one.http for one in UNKNOWN["PERMISSIVE"] if one.transport == "raw_buffer")
