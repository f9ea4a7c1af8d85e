"""Which origins a rule allows."""

import pytest

from libs.compile.crossorigin import policy
from libs.meshapi.matches import StringMatch
from libs.meshapi.virtualservice import CorsPolicy


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param(CorsPolicy(allow_origin=("https://a",)), ["https://a"], id="the old list"),
        pytest.param(
            CorsPolicy(allow_origin=("a",), allow_origins=(StringMatch(exact="b"),)),
            ["b"],
            id="the new list hides the old one",
        ),
        pytest.param(CorsPolicy(allow_origins=(StringMatch(),)), [], id="an empty match is none"),
    ],
)
def test_origins_come_from_one_list(written: CorsPolicy, expected: list[str]) -> None:
    """The list that is in force says which origins are allowed."""
    assert [one.exact for one in policy(written).allow_origin_string_match] == expected
