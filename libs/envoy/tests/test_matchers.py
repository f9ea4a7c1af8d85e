"""Conditions on text. What they mean to Envoy is held by tables of requests in tests/e2e."""

import pytest

from libs.envoy import matchers
from libs.meshapi.matches import StringMatch


@pytest.mark.parametrize(
    ("match", "whole"),
    [
        pytest.param(None, True, id="no condition"),
        pytest.param(StringMatch(prefix="/"), True, id="the root prefix"),
        pytest.param(StringMatch(prefix=""), True, id="an empty prefix"),
        pytest.param(StringMatch(regex=".*"), True, id="any text"),
        pytest.param(StringMatch(prefix="/a"), False, id="a prefix"),
        pytest.param(StringMatch(exact="/"), False, id="the root alone"),
        pytest.param(StringMatch(regex="/.*"), False, id="a regex that Envoy has to ask"),
    ],
)
def test_only_every_path_is_everything(match: StringMatch | None, whole: bool) -> None:  # noqa: FBT001 - the expected answer
    """A condition that no request gets past is known as such."""
    assert matchers.matches_everything(matchers.path(match)) is whole


def test_a_header_condition_is_never_everything() -> None:
    """Even on every path."""
    route_match = matchers.path(None)
    route_match.headers.append(matchers.header("x", StringMatch(exact="1")))
    assert not matchers.matches_everything(route_match)


@pytest.mark.parametrize(
    "match",
    [
        pytest.param(StringMatch(), id="nothing"),
        pytest.param(StringMatch(exact=""), id="an empty exact text"),
        pytest.param(StringMatch(prefix=""), id="an empty prefix"),
        pytest.param(StringMatch(regex=".*"), id="a regex for any text"),
    ],
)
def test_what_asks_for_no_value_asks_for_presence(match: StringMatch) -> None:
    """Such a header only has to be there, and its opposite only to be absent."""
    assert matchers.header("x", match).present_match
    absent = matchers.without_header("x", match)
    assert absent.present_match
    assert absent.invert_match
    assert not absent.treat_missing_header_as_empty


def test_case_counts_unless_it_is_ignored() -> None:
    """Envoy's own default is to compare with case, so nothing is said then."""
    assert not matchers.path(StringMatch(prefix="/a")).HasField("case_sensitive")
    ignoring = matchers.path(StringMatch(prefix="/a"), ignore_case=True)
    assert ignoring.HasField("case_sensitive")
    assert not ignoring.case_sensitive.value
