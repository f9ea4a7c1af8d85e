"""The name that was probably meant, also among thousands of names and for thousands of mistakes."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache

_NEAR_ENOUGH = 0.6
_COMPARED_MAX = 64
_KEPT = 16
_ASKED = 4096


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that `name` was probably meant to be.

    Of many names only those are compared that have a beginning or an end in common with it.
    """
    return _nearest(name, known if isinstance(known, frozenset) else frozenset(known))


@lru_cache(maxsize=_ASKED)
def _nearest(name: str, known: frozenset[str]) -> str | None:
    found = get_close_matches(name, _candidates(name, known), n=1, cutoff=_NEAR_ENOUGH)
    return found[0] if found else None


@lru_cache(maxsize=_KEPT)
def by_first_label(hosts: frozenset[str]) -> tuple[frozenset[str], Mapping[str, Sequence[str]]]:
    """Return what stands before the first dot of host names, and the hosts by that."""
    found: dict[str, list[str]] = {}
    for host in sorted(hosts):
        found.setdefault(host.partition(".")[0], []).append(host)
    return frozenset(found), found


def _candidates(name: str, known: frozenset[str]) -> Sequence[str]:
    if len(known) <= _COMPARED_MAX:
        return sorted(known)
    forwards, backwards = _sorted(known)
    beside = _beside(name, forwards)
    beside |= {one[::-1] for one in _beside(name[::-1], backwards)}
    return sorted(beside)


def _beside(name: str, ordered: Sequence[str]) -> set[str]:
    """Return the names around the place that a name would have."""
    place, reach = bisect_left(ordered, name), _COMPARED_MAX // 4
    return {*ordered[max(0, place - reach) : place + reach]}


@lru_cache(maxsize=_KEPT)
def _sorted(known: frozenset[str]) -> tuple[Sequence[str], Sequence[str]]:
    """Return the names in order, and written backwards in order."""
    return sorted(known), sorted(one[::-1] for one in known)
