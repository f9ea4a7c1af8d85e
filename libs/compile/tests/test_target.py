"""Outbound clusters before they are messages."""

import pytest

from libs.compile.tests.worlds import istio, service, sidecar, view_of, world


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param("simple: RANDOM", "RANDOM", id="by its name"),
        pytest.param("consistentHash: {useSourceIp: true}", None, id="not by a name"),
    ],
)
def test_the_balancer_is_what_is_written_by_name(written: str, expected: str | None) -> None:
    """One that hashes has no such name."""
    rule = f"{{host: web, trafficPolicy: {{loadBalancer: {{{written}}}}}}}"
    view = view_of(world(service("web") + istio("DestinationRule", "d", rule)), sidecar())
    (one,) = view.outbound.values()
    assert one.balancing == expected
