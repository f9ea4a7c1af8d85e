"""Programs see the calls that they name, in the order of their phases."""

from typing import Any

import pytest
from protogen.envoy.config.listener.v3 import listener_components_pb2 as lc
from protogen.envoy.extensions.filters.network.http_connection_manager.v3 import (
    http_connection_manager_pb2 as hcm_pb2,
)

from libs.compile.dressing import Spot
from libs.compile.ledger import Ledger
from libs.compile.plugins import Plugin, add_http, add_network, plugins_for
from libs.compile.tests.worlds import sidecar, world
from libs.envoy import hcm, route
from libs.envoy.hcm import Side
from libs.kernel.origins import ObjectKey
from libs.meshapi.wasmplugin import TrafficMatch, TrafficMode, TrafficPort

_KEY = ObjectKey("extensions.istio.io", "WasmPlugin", "default", "a")


def _plugin(phase: str = "UNSPECIFIED", match: TrafficMatch | None = None) -> Plugin:
    matches = (match,) if match else ()
    return Plugin(_KEY, phase, 0, matches, hcm_pb2.HttpFilter(name=phase))


@pytest.mark.parametrize(
    ("mode", "seen"),
    [
        ("UNDEFINED", [Side.OUTBOUND, Side.INBOUND, Side.GATEWAY]),
        ("CLIENT_AND_SERVER", [Side.OUTBOUND, Side.INBOUND, Side.GATEWAY]),
        ("CLIENT", [Side.OUTBOUND, Side.GATEWAY]),
        ("SERVER", [Side.INBOUND]),
    ],
)
def test_a_mode_is_a_side_of_calls(mode: TrafficMode, seen: list[Side]) -> None:
    """A gateway is a client of what stands behind it."""
    plugin = _plugin(match=TrafficMatch(mode=mode, ports=(TrafficPort(number=80),)))
    assert [side for side in Side if plugin.sees(Spot(side, 80))] == seen
    assert not any(plugin.sees(Spot(side, 81)) for side in Side)


def test_phases_stand_around_what_they_are_named_after() -> None:
    """Programs come before what authenticates, what authorizes, and the router."""
    manager = hcm.inline("a", route.configuration("a", []), hcm.Side.INBOUND)
    router = manager.http_filters[-1]
    names = ("envoy.filters.http.jwt_authn", "envoy.filters.http.rbac")
    del manager.http_filters[:]
    manager.http_filters.extend([*(hcm_pb2.HttpFilter(name=name) for name in names), router])
    plugins = [_plugin(phase) for phase in ("UNSPECIFIED", "STATS", "AUTHZ", "AUTHN")]
    add_http(manager, plugins, Spot(Side.INBOUND, 80))
    assert [one.name.rpartition(".")[2] for one in manager.http_filters] == [
        "AUTHN",
        "jwt_authn",
        "AUTHZ",
        "rbac",
        "STATS",
        "UNSPECIFIED",
        "router",
    ]


def _made(spec: str) -> tuple[tuple[Plugin, ...], list[str]]:
    text = f"""
apiVersion: extensions.istio.io/v1alpha1
kind: WasmPlugin
metadata: {{name: a}}
spec: {spec}
"""
    ledger = Ledger()
    found = plugins_for(world(text).attached, sidecar(), "istio-system", ledger)
    return found, list(ledger.problems)


def test_a_module_that_is_elsewhere_is_said_and_left_out() -> None:
    """Nobody fetches it, so no proxy may wait for it."""
    found, problems = _made("{url: 'https://example.com/a.wasm'}")
    assert found == ()
    assert "file:///" in problems[0]


def test_a_network_program_stands_before_all_filters_of_a_chain() -> None:
    """It sees the bytes before anybody reads requests from them."""
    found, _ = _made("{url: 'file:///a.wasm', type: NETWORK}")
    chain = lc.FilterChain(filters=[lc.Filter(name="last")])
    owners: list[Any] = add_network(chain, found, Spot(Side.INBOUND, 80))
    assert [one.name for one in chain.filters] == ["default.a", "last"]
    assert [one.name for one in owners] == ["a"]
