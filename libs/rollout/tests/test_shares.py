"""Numbers and shares of clusters."""

import pytest

from libs.rollout.shares import at_most, tolerated


@pytest.mark.parametrize(
    ("share", "clusters", "moving", "losing"),
    [
        (None, 7, 7, 0),
        (3, 7, 3, 3),
        ("10%", 7, 1, 0),
        ("50%", 7, 4, 3),
        ("100%", 7, 7, 7),
        ("1%", 1000, 10, 10),
    ],
)
def test_shares_are_rounded_to_what_is_safe_and_useful(
    share: int | str | None, clusters: int, moving: int, losing: int
) -> None:
    """One may always move, and none is lost that the share does not cover whole."""
    assert at_most(share, clusters) == moving
    assert tolerated(share, clusters) == losing
