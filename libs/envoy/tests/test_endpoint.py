"""Load assignments."""

from hypothesis import given
from hypothesis import strategies as st

from libs.envoy.endpoint import LoadEndpoint, load_assignment

endpoints = st.builds(
    LoadEndpoint,
    locality=st.sampled_from(["", "eu", "eu/west", "eu/west/a", "us/east/b"]),
    host=st.sampled_from(["10.0.0.1", "10.0.0.2", "10.0.0.3", "unix:///run/socket"]),
    port=st.integers(1, 3),
    weight=st.integers(1, 5),
)


@given(st.lists(endpoints), st.randoms(use_true_random=False))
def test_order_and_repetition_change_no_byte(found: list[LoadEndpoint], chance: object) -> None:
    """The same endpoints give the same bytes, however they are listed."""
    shuffled = [*found, *found[:2]]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    made = [load_assignment("c", each).SerializeToString() for each in (found, shuffled)]
    assert made[0] == made[1]


@given(st.lists(endpoints))
def test_every_locality_stands_once_with_the_weight_of_its_endpoints(
    found: list[LoadEndpoint],
) -> None:
    """A gRPC client refuses a locality that comes twice, and ignores one without weight."""
    made = load_assignment("c", found)
    places = [
        (one.locality.region, one.locality.zone, one.locality.sub_zone) for one in made.endpoints
    ]
    assert len(places) == len(set(places))
    for one in made.endpoints:
        weights = [each.load_balancing_weight.value for each in one.lb_endpoints]
        assert one.load_balancing_weight.value == sum(weights) > 0


def test_a_locality_has_up_to_three_parts() -> None:
    """Region, zone and sub-zone, each empty when it is not said."""
    made = load_assignment("c", [LoadEndpoint("eu/west", "10.0.0.1", 80)])
    locality = made.endpoints[0].locality
    assert (locality.region, locality.zone, locality.sub_zone) == ("eu", "west", "")
