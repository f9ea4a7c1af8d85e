"""When two changes of paths do the same."""

from hypothesis import given
from hypothesis import strategies as st
from protogen.envoy.config.route.v3 import route_components_pb2 as rc

from libs.matchsets.expressions import exact
from libs.matchsets.partition import partition
from libs.routediff.rewrites import (
    UNCHANGED,
    Fixed,
    PathChange,
    by_prefix,
    fixed,
    joined,
    meeting,
    same,
)

_CHANGES = st.builds(
    PathChange, st.none() | st.integers(0, 3), st.text("/a", max_size=3).map("/".__add__)
)
_PATHS = st.text("/a", min_size=3, max_size=5)


@given(_CHANGES, _CHANGES, _PATHS)
def test_two_changes_meet_at_exactly_the_paths_that_they_change_alike(
    one: PathChange, other: PathChange, path: str
) -> None:
    """The language of meetings has every path with one result and no other."""
    met = meeting(one, other)
    inside = met is not None and any(0 in p.inside for p in partition([met], exact(path)))
    if one != other:
        assert inside == (one.of(path) == other.of(path))


@given(
    _CHANGES,
    _CHANGES,
    st.builds(Fixed, st.text("/a", max_size=4), st.booleans()),
    st.text("/a", max_size=2),
)
def test_what_is_called_the_same_is_the_same(
    one: PathChange,
    other: PathChange,
    common: Fixed,
    more: str,
) -> None:
    """Over all paths with a common beginning, or over one path."""
    path = common.text if common.whole else common.text + more
    if same(one, other, common) and len(path) >= max(one.taken or 0, other.taken or 0):
        assert one.of(path) == other.of(path)


def test_replacing_a_prefix_by_itself_changes_nothing() -> None:
    """Known from what all paths of the route begin with."""
    match = rc.RouteMatch(prefix="/a/")
    assert same(by_prefix(match, "/a/"), UNCHANGED, fixed(match))
    assert not same(by_prefix(match, "/b/"), UNCHANGED, fixed(match))


def test_what_is_known_of_paths_is_the_most_that_either_side_knows() -> None:
    """A whole path says more than any beginning of it."""
    whole, beginning = Fixed("/a", whole=True), Fixed("/abc")
    assert joined(whole, beginning) == whole
    assert fixed(rc.RouteMatch(prefix="/A", case_sensitive={"value": False})) == Fixed()
