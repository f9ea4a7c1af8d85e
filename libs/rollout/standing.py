"""How a cluster stands to the target that it has."""

from dataclasses import dataclass
from enum import StrEnum


class Place(StrEnum):
    """Where a cluster is on the way to its target; a closed set."""

    THERE = "there"
    """everything of the target is in effect"""
    ON_ITS_WAY = "on its way"
    REFUSED = "refused"
    """the cluster, or a proxy of it, does not take what the target says"""
    UNREACHABLE = "unreachable"
    """nobody knows; it catches up when it is back, because its target waits for it"""
    SUSPENDED = "suspended"
    """its owner wants nothing written to it now; it catches up afterwards"""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a cluster is, and one sentence why where it is not there."""

    place: Place
    reason: str = ""


UNKNOWN = Standing(Place.UNREACHABLE, "nothing is known of it")
SETTLED = frozenset({Place.THERE, Place.REFUSED, Place.UNREACHABLE, Place.SUSPENDED})
"""Nothing is gained by waiting for these."""
