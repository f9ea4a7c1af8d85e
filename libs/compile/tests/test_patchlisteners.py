"""Listeners are patched where a patch's words fit them."""

from typing import Any

import pytest
from protogen.envoy.config.listener.v3 import listener_pb2

from libs.compile.patchlisteners import patched_listener
from libs.compile.tests.patchcases import patch, patches
from libs.envoy import listener, tcpproxy
from libs.envoy.address import socket
from libs.envoy.hcm import Side


def _listener(name: str = "l") -> listener_pb2.Listener:
    tls = listener.chain(
        [tcpproxy.tcp_proxy("a")], name="tls", server_names=["a.example"], encrypted=True
    )
    plain = listener.chain([tcpproxy.tcp_proxy("b")], name="plain", destination_port=8080)
    return listener.listener(name, socket("0.0.0.0", 15006), [tls, plain], listener.OUTBOUND)


def _chains(match: dict[str, Any], name: str = "l") -> list[str]:
    written = patch("FILTER_CHAIN", "REMOVE", listener=match)
    found = patched_listener(_listener(name), patches(written), Side.OUTBOUND)
    return [chain.name for chain in found.filter_chains] if found else []


@pytest.mark.parametrize(
    ("match", "left"),
    [
        ({}, []),
        ({"name": "other"}, ["tls", "plain"]),
        ({"portNumber": 9999}, ["tls", "plain"]),
        ({"filterChain": {"name": "tls"}}, ["plain"]),
        ({"filterChain": {"sni": "a.example"}}, ["plain"]),
        ({"filterChain": {"sni": "b.example"}}, ["tls", "plain"]),
        ({"filterChain": {"transportProtocol": "tls"}}, ["plain"]),
        ({"filterChain": {"applicationProtocols": "h2"}}, ["tls", "plain"]),
        ({"filterChain": {"destinationPort": 8080}}, ["tls"]),
    ],
)
def test_chains_are_chosen_by_what_they_match(match: dict[str, Any], left: list[str]) -> None:
    """What is not written fits every chain."""
    assert _chains(match) == left


def test_the_port_of_an_intercepting_listener_is_its_chains() -> None:
    """Calls to a port are found where they are redirected to."""
    assert _chains({"portNumber": 8080}, "virtualInbound") == ["tls"]


def test_a_listener_is_removed_or_merged_and_otherwise_left_as_it_is() -> None:
    """What no patch fits is returned itself, so that nobody is credited for it."""
    given = _listener()
    assert patched_listener(given, patches(patch("LISTENER", "REMOVE")), Side.OUTBOUND) is None
    elsewhere = patches(patch("LISTENER", "REMOVE", context="GATEWAY"))
    assert patched_listener(given, elsewhere, Side.OUTBOUND) is given
    merging = patches(patch("LISTENER", "MERGE", {"stat_prefix": "x"}))
    merged = patched_listener(given, merging, Side.OUTBOUND)
    assert merged is not None
    assert (merged.stat_prefix, given.stat_prefix) == ("x", "")


def test_listener_filters_and_chains_are_added() -> None:
    """Both have an order, and a chain is added behind the others."""
    found = patched_listener(
        _listener(),
        patches(
            patch("LISTENER_FILTER", "ADD", {"name": "one"}),
            patch(
                "LISTENER_FILTER",
                "INSERT_BEFORE",
                {"name": "two"},
                listener={"listenerFilter": "one"},
            ),
            patch("FILTER_CHAIN", "ADD", {"name": "added"}),
        ),
        Side.OUTBOUND,
    )
    assert found is not None
    assert [one.name for one in found.listener_filters] == ["two", "one"]
    assert [one.name for one in found.filter_chains] == ["tls", "plain", "added"]
