"""Clusters are what they lead to, not what they are called."""

from fractions import Fraction

from libs.routediff.destinations import Upstreams, shares
from libs.routediff.tests.views import cluster, view


def test_two_names_for_one_place_are_one_destination() -> None:
    """Only endpoints and settings count."""
    known = Upstreams(view([], [cluster("a", "10.0.0.1"), cluster("b", "10.0.0.1")]))
    assert known.of("a") == known.of("b")


def test_a_cluster_without_endpoints_is_known_by_its_name() -> None:
    """Two clusters of which nothing is known are not taken for one."""
    known = Upstreams(view([]))
    assert known.of("a") != known.of("b")
    assert not known.of("a").reachable


def test_settings_are_apart_from_endpoints() -> None:
    """A limit changes how a place is called, not which."""
    limited = cluster("a")
    limited.circuit_breakers.thresholds.add().max_requests.value = 1
    old, new = Upstreams(view([], [cluster("a")])).of("a"), Upstreams(view([], [limited])).of("a")
    assert old.leads_to == new.leads_to
    assert old.settings != new.settings


def test_tls_is_apart_from_settings() -> None:
    """What protects the way is a facet of its own."""
    secured = cluster("a")
    secured.transport_socket.name = "tls"
    old, new = Upstreams(view([], [cluster("a")])).of("a"), Upstreams(view([], [secured])).of("a")
    assert old.settings == new.settings
    assert old.tls != new.tls


def test_shares_are_fractions_of_what_is_given_away() -> None:
    """Weights of 1 and 3 are those of 25 and 75; nothing is no share."""
    assert shares([("a", 1), ("b", 3), ("c", 0)]) == shares([("a", 25), ("b", 70), ("b", 5)])
    assert ("a", Fraction(1, 4)) in shares([("a", 1), ("b", 3)])


def test_weights_of_localities_count_where_they_are_used() -> None:
    """Elsewhere an Envoy does not look at them."""
    plain, weighted = cluster("a", "10.0.0.1"), cluster("b", "10.0.0.1")
    weighted.load_assignment.endpoints[0].load_balancing_weight.value = 7
    known = Upstreams(view([], [plain, weighted]))
    assert known.of("a") == known.of("b")
    for one in (plain, weighted):
        one.common_lb_config.locality_weighted_lb_config.SetInParent()
    known = Upstreams(view([], [plain, weighted]))
    assert known.of("a").leads_to != known.of("b").leads_to
