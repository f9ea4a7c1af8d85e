"""Which endpoints are preferred from where, and how calls are shared out."""

from typing import Any

import pytest

from libs.compile.localities import (
    Preference,
    Stand,
    matches,
    placed,
    preference,
    priorities,
    shares,
    topology_labels,
)
from libs.meshapi.fleet import MeshSettings
from libs.meshapi.trafficpolicy import LocalityDistribute, LocalityFailover, TrafficPolicy
from libs.registry.service import Endpoint, Nearness

DETECTING = {"outlierDetection": {"consecutive5xxErrors": 1}}
PLAIN = MeshSettings()


def _policy(locality: dict[str, Any] | None = None, **more: Any) -> TrafficPolicy:
    own = {"loadBalancer": {"localityLbSetting": locality}} if locality is not None else {}
    return TrafficPolicy.model_validate({**own, **more}, by_alias=True, by_name=False)


def _mesh(**settings: Any) -> MeshSettings:
    return MeshSettings.model_validate(settings, by_alias=True, by_name=False)


DISTRIBUTED = {"distribute": ({"from": "a", "to": {"a": 100}},)}


@pytest.mark.parametrize(
    ("policy", "mesh", "prefers"),
    [
        pytest.param(_policy(), PLAIN, False, id="nothing is said"),
        pytest.param(_policy(**DETECTING), PLAIN, True, id="what fails is noticed"),
        pytest.param(_policy({"enabled": False}, **DETECTING), PLAIN, False, id="switched off"),
        pytest.param(
            _policy(**DETECTING),
            _mesh(localityLbSetting={"enabled": False}),
            False,
            id="switched off for the mesh",
        ),
        pytest.param(
            _policy({"enabled": True}, **DETECTING),
            _mesh(localityLbSetting={"enabled": False}),
            True,
            id="a rule counts before the mesh",
        ),
        pytest.param(_policy(DISTRIBUTED), PLAIN, True, id="shares need no detection"),
        pytest.param(
            _policy({"failoverPriority": ("x",)}), PLAIN, False, id="an order needs detection"
        ),
        pytest.param(_policy(), _mesh(localityLbSetting=DISTRIBUTED), True, id="of the mesh"),
        pytest.param(_policy(), _mesh(zoneAwareLbSetting={}), True, id="zones of the mesh"),
        pytest.param(
            _policy({}), _mesh(zoneAwareLbSetting={}), False, id="a rule about localities instead"
        ),
    ],
)
def test_a_preference_is_written_in_the_rule_or_the_mesh(
    policy: TrafficPolicy, mesh: MeshSettings, *, prefers: bool
) -> None:
    """And an order of preference counts only where failures are noticed."""
    assert (preference(policy, mesh) is not None) is prefers


@pytest.mark.parametrize(
    ("pattern", "fits"),
    [
        pytest.param("*", True, id="everywhere"),
        pytest.param("us", True, id="the region"),
        pytest.param("us/*", True, id="any zone of it"),
        pytest.param("us/z1", True, id="the zone"),
        pytest.param("us/z1/rack", True, id="the subzone"),
        pytest.param("us/z2/*", False, id="another zone"),
        pytest.param("eu/*", False, id="another region"),
    ],
)
def test_patterns_cover_what_is_below_them(pattern: str, *, fits: bool) -> None:
    """A part that is not written is any."""
    assert matches("us/z1/rack", pattern) is fits


def _distribution(source: str, **to: int) -> Preference:
    return Preference((LocalityDistribute(from_=source, to=to),))


WEIGHTS = {"us/z1/": 1, "us/z2/": 3, "eu/z1/": 1}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param({"us/z1": 80, "eu": 20}, {"us/z1/": 80, "eu/z1/": 20}, id="others get none"),
        pytest.param(
            {"us/*": 80, "eu/*": 20}, {"us/z1/": 20, "us/z2/": 60, "eu/z1/": 20}, id="sum"
        ),
        pytest.param({"*": 50, "us/z1": 50}, {"us/z1/": 50, "us/z2/": 38, "eu/z1/": 13}, id="rest"),
        pytest.param({"us/*": 100, "eu/*": 0}, {"us/z1/": 25, "us/z2/": 75}, id="nothing to one"),
    ],
)
def test_calls_are_shared_out_by_locality(
    written: dict[str, int], expected: dict[str, int]
) -> None:
    """A pattern's share is divided by what its localities weigh; narrower patterns count first."""
    assert shares(_distribution("us/*", **written), Stand("us/z1"), WEIGHTS) == expected


def test_calls_from_elsewhere_are_not_shared_out() -> None:
    """The first distribution that is from here counts, and there may be none."""
    assert shares(_distribution("us/*", eu=100), Stand("eu/z1"), WEIGHTS) is None


def _endpoint(locality: str, **labels: str) -> Endpoint:
    return Endpoint("127.0.0.1", {}, labels=labels, locality=locality)


def _ranked(preferred: Preference, stand: Stand, *endpoints: Endpoint) -> list[int]:
    return priorities(
        preferred, stand, endpoints, lambda one: topology_labels(one.labels, one.locality, "", "")
    )


PLACES = [_endpoint(one) for one in ("us/z1/r1", "us/z1/r2", "us/z2/r1", "eu/z1/r1", "as/z1/r1")]


def test_nearer_endpoints_come_first() -> None:
    """The same place, then its zone, its region, and everywhere else."""
    assert _ranked(Preference(), Stand("us/z1/r1"), *PLACES) == [0, 1, 2, 3, 3]


def test_numbers_have_no_gaps() -> None:
    """Envoy refuses a priority that has none before it."""
    assert _ranked(Preference(), Stand("eu/z9"), *PLACES) == [1, 1, 1, 0, 1]


def test_a_region_may_say_which_other_takes_over() -> None:
    """The others come after that one."""
    preferred = Preference(failover=(LocalityFailover(from_="us", to="as"),))
    assert _ranked(preferred, Stand("us/z1/r1"), *PLACES) == [0, 1, 2, 4, 3]


def test_labels_rank_by_the_first_that_differs() -> None:
    """A label with a value wants that one, and not the caller's."""
    preferred = Preference(labels=("topology.kubernetes.io/region", "version=v1"))
    found = _ranked(
        preferred,
        Stand("", {"topology.kubernetes.io/region": "us", "version": "v9"}),
        _endpoint("us", version="v1"),
        _endpoint("us", version="v2"),
        _endpoint("eu", version="v1"),
    )
    assert found == [0, 1, 2]


def test_regions_rank_within_what_labels_rank() -> None:
    """Both together: labels first, then where the region leads."""
    preferred = Preference(
        failover=(LocalityFailover(from_="us", to="eu"),), labels=("version=v1",)
    )
    found = _ranked(
        preferred,
        Stand("us"),
        _endpoint("us", version="v1"),
        _endpoint("as", version="v1"),
        _endpoint("eu", version="v1"),
        _endpoint("us", version="v2"),
    )
    assert found == [0, 2, 1, 3]


def test_zone_aware_balancing_ranks_regions_only() -> None:
    """Zones of the own region are equal: Envoy weighs them itself."""
    zones = preference(_policy(), _mesh(zoneAwareLbSetting={"enabled": True}))
    assert zones is not None
    assert _ranked(zones, Stand("us/z1/r1"), *PLACES) == [0, 0, 0, 1, 1]
    assert not zones.weighted


def test_a_zone_without_its_region_is_the_callers_where_it_is_the_callers_own() -> None:
    """Lists of Kubernetes say no region; another zone may be of any."""
    stand = Stand("us/z1/s1")
    for written, expected in (("/z1", "us/z1"), ("/z2", "/z2"), ("eu/z1", "eu/z1"), ("", "")):
        assert placed(Endpoint("10.0.0.1", {}, locality=written), stand).locality == expected


@pytest.mark.parametrize(
    ("nearness", "own_rule", "preferred"),
    [
        (Nearness.ANYWHERE, False, False),
        (Nearness.ZONE, False, True),
        (Nearness.NODE, False, True),
        (Nearness.NODE_ONLY, False, False),
        (Nearness.NODE, True, False),
    ],
)
def test_what_a_service_wants_of_nearness_counts_until_a_rule_says_otherwise(
    nearness: Nearness, *, own_rule: bool, preferred: bool
) -> None:
    """It needs no outlier detection: endpoints that are gone leave the list by themselves."""
    policy = _policy({"enabled": False} if own_rule else None)
    assert (preference(policy, _mesh(), nearness) is not None) is preferred
