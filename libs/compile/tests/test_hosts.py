"""Host names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.compile.hosts import fqdn, host_index, overlap, short_names
from libs.registry.hostnames import covers

labels = st.sampled_from(["a", "b", "api", "example"])
names = st.lists(labels, min_size=1, max_size=4).map(".".join)
patterns = st.one_of(names, names.map(lambda name: f"*.{name}"), st.just("*"))


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        pytest.param("reviews", "reviews.shop.svc.cluster.local", id="a short name is completed"),
        pytest.param("reviews.other", "reviews.other", id="a name with a dot is complete"),
        pytest.param("*.example.com", "*.example.com", id="a wildcard is complete"),
        pytest.param("*", "*", id="every host"),
        pytest.param("Reviews", "reviews.shop.svc.cluster.local", id="case does not matter"),
    ],
)
def test_a_short_name_lives_in_its_objects_namespace(host: str, expected: str) -> None:
    """Only a name without a dot is short."""
    assert fqdn(host, "shop", "cluster.local") == expected


@pytest.mark.parametrize(
    ("pattern", "host", "expected"),
    [
        pytest.param("*.a.b", "x.a.b", True, id="one label more"),
        pytest.param("*.a.b", "y.x.a.b", True, id="two labels more"),
        pytest.param("*.a.b", "a.b", False, id="the suffix alone"),
        pytest.param("*.a.b", "*.x.a.b", True, id="a narrower wildcard"),
        pytest.param("*.x.a.b", "*.a.b", False, id="a wider wildcard"),
        pytest.param("a.b", "*.a.b", False, id="a name covers no wildcard"),
        pytest.param("*", "anything", True, id="everything"),
    ],
)
def test_a_wildcard_covers_what_ends_like_it(pattern: str, host: str, expected: bool) -> None:  # noqa: FBT001 - the expected answer
    """Every name that the second stands for is one of the first."""
    assert covers(pattern, host) is expected


@given(patterns, patterns)
def test_an_overlap_is_one_of_the_two_and_covered_by_both(one: str, other: str) -> None:
    """And it does not depend on which comes first."""
    common = overlap(one, other)
    assert common == overlap(other, one)
    if common is not None:
        assert common in (one, other)
        assert covers(one, common)
        assert covers(other, common)


@given(names, st.lists(patterns))
def test_what_is_found_is_covered_by_all_others_that_cover(host: str, found: list[str]) -> None:
    """Of patterns for one name, each covers all narrower ones."""
    best = host_index((pattern, pattern) for pattern in found).find(host)
    covering = [pattern for pattern in found if covers(pattern, host)]
    assert (best is None) == (not covering)
    if best is not None:
        assert all(covers(pattern, best) for pattern in covering)


def test_of_two_values_for_a_pattern_the_first_counts() -> None:
    """That is how the older rule wins."""
    index = host_index([("*.a", 1), ("*.a", 2), ("b.a", 3), ("b.a", 4)])
    assert (index.find("x.a"), index.find("b.a"), index.find("x")) == (1, 3, None)


def test_short_names_depend_on_where_the_client_is() -> None:
    """The bare name means a service of the client's own namespace only."""
    host = "web.shop.svc.cluster.local"
    assert set(short_names(host, "shop.svc.cluster.local")) == {"web", "web.shop", "web.shop.svc"}
    assert set(short_names(host, "other.svc.cluster.local")) == {"web.shop", "web.shop.svc"}
    assert short_names("api.example.com", "shop.svc.cluster.local") == ()
    assert short_names(host, "shop.svc.other.mesh") == ()
