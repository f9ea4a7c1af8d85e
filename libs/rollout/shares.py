"""A number of clusters that a user wrote as a number or as a share of them."""

from libs.meshapi.rollout import CountOrPercent


def at_most(share: CountOrPercent | None, clusters: int) -> int:
    """Return how many of `clusters` may move at once: all where nothing is written, one at least.

    A share is rounded up, so that a small wave moves at all.
    """
    if share is None:
        return clusters
    if isinstance(share, int):
        return share
    return max(1, -(-clusters * _percent(share) // 100))


def tolerated(share: CountOrPercent | None, clusters: int) -> int:
    """Return how many of `clusters` may be lost: none where nothing is written.

    A share is rounded down, so that a small wave loses none.
    """
    if share is None:
        return 0
    return share if isinstance(share, int) else clusters * _percent(share) // 100


def _percent(share: str) -> int:
    return int(share.removesuffix("%"))
