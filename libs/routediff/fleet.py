"""Differences seen from every kind of proxy of every cluster; what is equal is said once."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace

from libs.compile.snapshot import Compiled
from libs.compile.vantages import Vantage, vantages
from libs.kernel.ids import ClusterName
from libs.routediff.classes import CallClass, Difference, Undecided
from libs.routediff.difference import difference
from libs.routediff.origins import NO_CHANGES, Changes
from libs.routediff.sights import Seeing, Seen, Unseen


@dataclass(frozen=True, slots=True)
class SeenClass:
    """A class of calls, the proxies that see it, and what each side was compiled to for them."""

    found: CallClass
    proxies: tuple[str, ...]
    old: Compiled
    new: Compiled


@dataclass(frozen=True, slots=True)
class ClusterDifference:
    """What differs in clusters that all differ in the same."""

    clusters: tuple[ClusterName, ...]
    classes: tuple[SeenClass, ...]
    undecided: tuple[Undecided, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """A cluster before and after. Clusters with equal `alike` are before and after the same.

    `inbound` says that something changed which calls at their destination may notice; `changes`
    are what patches and variables made of the objects of each side.
    """

    old: Seeing
    new: Seeing
    alike: Hashable
    inbound: bool = True
    changes: tuple[Changes, Changes] = (NO_CHANGES, NO_CHANGES)


def fleet_difference(pairs: Mapping[ClusterName, Pair]) -> tuple[ClusterDifference, ...]:
    """Compare every cluster, those that are alike once. Clusters without differences are named."""
    compared: dict[Hashable, ClusterDifference] = {}
    for name, pair in pairs.items():
        if pair.alike not in compared:
            compared[pair.alike] = _of_cluster(name, pair)
        else:
            known = compared[pair.alike]
            compared[pair.alike] = replace(known, clusters=(*known.clusters, name))
    folded: dict[Hashable, ClusterDifference] = {}
    for one in compared.values():
        key = tuple(_key(each) for each in one.classes), one.undecided
        known = folded.get(key, replace(one, clusters=()))
        folded[key] = replace(known, clusters=(*known.clusters, *one.clusters))
    return tuple(folded.values())


def _of_cluster(name: ClusterName, pair: Pair) -> ClusterDifference:
    classes: dict[Hashable, SeenClass] = {}
    undecided: dict[Undecided, None] = {}
    for vantage in _vantages(pair):
        old, new = pair.old.from_(vantage), pair.new.from_(vantage)
        if isinstance(old, Unseen) or isinstance(new, Unseen):
            reason = "; ".join(one.reason for one in (old, new) if isinstance(one, Unseen))
            undecided.setdefault(Undecided(vantage.name, reason))
            continue
        found = _between(old, new)
        undecided.update(dict.fromkeys(found.undecided))
        for one in found.classes:
            seen = classes.get(_fold(one)) or SeenClass(one, (), old.compiled, new.compiled)
            classes[_fold(one)] = replace(seen, proxies=(*seen.proxies, vantage.name))
    return ClusterDifference((name,), tuple(classes.values()), tuple(undecided))


def _between(old: Seen, new: Seen) -> Difference:
    if old.compiled.snapshot.version == new.compiled.snapshot.version:
        return Difference((), ())
    return difference(old.resources, new.resources)


def _vantages(pair: Pair) -> Sequence[Vantage]:
    """Return the vantages of both sides."""
    worlds = pair.new.world, pair.old.world
    both = [one for world in worlds for one in vantages(world, inbound=pair.inbound)]
    return list({(one.name, repr(one.proxy)): one for one in both}.values())


def _fold(one: CallClass) -> Hashable:
    """Return what is equal for two proxies that see one class: not the short names of hosts."""
    ends = tuple(
        (side.error, side.verdict, tuple((each.name, each.weight) for each in side.clusters))
        for side in (one.old, one.new)
    )
    return one.effect, one.example.mode, one.example.port, one.host, one.which, one.facets, ends


def _key(seen: SeenClass) -> Hashable:
    return _fold(seen.found), seen.proxies
