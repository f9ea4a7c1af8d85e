"""What one proxy has and another one has not, by type, name and version."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from libs.kernel.ids import ResourceName, TypeUrl, Version
from libs.kernel.xds import PUSH_ORDER
from libs.xdsproto.holdings import Holding, Standing

_Key = tuple[TypeUrl, ResourceName]


@dataclass(frozen=True, slots=True)
class Difference:
    """A resource that two proxies do not have alike; None for a side that lacks it."""

    type_url: TypeUrl
    name: ResourceName
    one: Holding | None
    other: Holding | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """How many resources of each type are alike, and those that are not, in push order."""

    equal: Mapping[TypeUrl, int]
    differences: tuple[Difference, ...]


def compare(one: Iterable[Holding], other: Iterable[Holding]) -> Comparison:
    """Compare what two proxies have: the same version, taken or refused alike."""
    left, right = _by_key(one), _by_key(other)
    equal: dict[TypeUrl, int] = {}
    differences = []
    for key in sorted(left.keys() | right.keys(), key=_rank):
        here, there = left.get(key), right.get(key)
        if here is not None and there is not None and _facts(here) == _facts(there):
            equal[key[0]] = equal.get(key[0], 0) + 1
        else:
            differences.append(Difference(*key, here, there))
    return Comparison(equal, tuple(differences))


def _by_key(several: Iterable[Holding]) -> dict[_Key, Holding]:
    return {(one.type_url, one.name): one for one in several}


def _facts(one: Holding) -> tuple[Version, bool]:
    """What is on its way is what will be there; what was refused is not."""
    return one.version, one.standing is Standing.REFUSED


def _rank(key: _Key) -> tuple[int, TypeUrl, ResourceName]:
    url, name = key
    return PUSH_ORDER.index(url) if url in PUSH_ORDER else len(PUSH_ORDER), url, name
