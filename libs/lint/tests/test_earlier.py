"""Which earlier rule takes everything of a match."""

import pytest

from libs.lint.earlier import Earlier
from libs.meshapi.matches import StringMatch
from libs.meshapi.virtualservice import HTTPMatchRequest


def path(**how: str) -> HTTPMatchRequest:
    """Return a match by path alone."""
    return HTTPMatchRequest(uri=StringMatch(**how))


EARLIER = Earlier()
for number, match in enumerate(
    (path(prefix="/api/v2"), path(exact="/login"), path(regex="/[a-z]+"), path(prefix="/api"))
):
    EARLIER.add(number, match)


@pytest.mark.parametrize(
    ("match", "rule"),
    [
        (path(prefix="/api/v2/users"), 0),
        (path(exact="/api/v1"), 3),
        (path(exact="/login"), 1),
        (path(regex="/[a-z]+"), 2),
        (path(exact="/shop"), None),
        (path(prefix="/"), None),
        (path(regex="/[a-z]*"), None),
    ],
)
def test_the_first_rule_that_includes_a_match_takes_it(
    match: HTTPMatchRequest, rule: int | None
) -> None:
    """Prefixes take what starts with them, other conditions only what equals them."""
    assert EARLIER.taking(match) == rule
