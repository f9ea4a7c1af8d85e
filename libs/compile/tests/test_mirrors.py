"""Copies of requests."""

import pytest

from libs.compile.snapshot import Compiled, compile_snapshot
from libs.compile.tests.worlds import istio, service, sidecar, virtual_host, world

HOST = "web.default.svc.cluster.local:80"


def _compiled(mirror: str) -> Compiled:
    route = "route: [{destination: {host: web}}]"
    rules = istio("VirtualService", "web", f"{{hosts: [web], http: [{{{route}, {mirror}}}]}}")
    return compile_snapshot(world(service("web") + service("copy") + rules), sidecar())


def _shares(compiled: Compiled) -> list[int]:
    action = virtual_host(compiled.snapshot, "80", HOST).routes[0].route
    policies = action.request_mirror_policies
    return [one.runtime_fraction.default_value.numerator for one in policies]


@pytest.mark.parametrize(
    ("mirror", "expected"),
    [
        pytest.param("mirror: {host: copy}, mirrorPercentage: {value: 2.5}", [25_000], id="new"),
        pytest.param("mirror: {host: copy}, mirrorPercent: 5", [50_000], id="old"),
        pytest.param("mirror: {host: copy}", [1_000_000], id="everything without a share"),
    ],
)
def test_a_share_is_read_in_every_spelling(mirror: str, expected: list[int]) -> None:
    """Shares are exact to a ten-thousandth of a percent."""
    assert _shares(_compiled(mirror)) == expected


def test_a_mirror_that_leads_nowhere_is_left_out_and_said() -> None:
    """The request itself goes on; only the copy is missing."""
    compiled = _compiled("mirror: {host: gone}")
    assert _shares(compiled) == []
    assert ["gone" in one for one in compiled.problems] == [True]
