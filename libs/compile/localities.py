"""Where endpoints stand towards the caller: their order of preference, and shares by locality.

A locality is `region/zone/subzone`. Preferences need outlier detection: without it nobody knows
that nearer endpoints fail. Shares do not.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import ceil

from libs.meshapi.fleet import MeshSettings
from libs.meshapi.trafficpolicy import (
    LocalityDistribute,
    LocalityFailover,
    LocalityLoadBalancer,
    TrafficPolicy,
    ZoneAwareLoadBalancer,
)
from libs.registry.service import Endpoint, Nearness

_PARTS = 3
_ANY = "*"
_FARTHEST = 3
_NOT_CHOSEN = 4
_TIERS = 5
_REGION = "topology.kubernetes.io/region"
_ZONE = "topology.kubernetes.io/zone"
_SUBZONE = "topology.istio.io/subzone"
_NETWORK = "topology.istio.io/network"
_CLUSTER = "topology.istio.io/cluster"
_NODE = "kubernetes.io/hostname"
_NEAR: Mapping[Nearness, tuple[str, ...]] = {
    Nearness.ZONE: (_NETWORK, _REGION, _ZONE, _SUBZONE),
    Nearness.NODE: (_NETWORK, _REGION, _ZONE, _SUBZONE, _NODE),
}


@dataclass(frozen=True, slots=True)
class Preference:
    """What is preferred. `zone_aware` leaves the zones of the own region to Envoy."""

    distribute: tuple[LocalityDistribute, ...] = ()
    failover: tuple[LocalityFailover, ...] = ()
    labels: tuple[str, ...] = ()
    zone_aware: ZoneAwareLoadBalancer | None = None

    @property
    def weighted(self) -> bool:
        """Whether Envoy has to keep to the weights of localities."""
        return bool(self.distribute or self.failover or self.labels) and self.zone_aware is None


@dataclass(frozen=True, slots=True)
class Stand:
    """Where somebody stands: locality, and labels with those that topology gives."""

    locality: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)


def preference(
    policy: TrafficPolicy, mesh: MeshSettings, nearness: Nearness = Nearness.ANYWHERE
) -> Preference | None:
    """Return what counts for a cluster; its rule replaces what service and mesh say.

    None where nothing is preferred. What fails is only noticed by outlier detection, so without it
    nothing but shares, the regions of zone-aware balancing and what the service says remains.
    """
    balancer = policy.load_balancer
    own = balancer.locality_lb_setting if balancer else None
    zones = balancer.zone_aware_lb_setting if balancer else None
    if own is None and zones is None and nearness in _NEAR:
        return Preference(labels=_NEAR[nearness])
    if own is None and zones is None:
        own, zones = mesh.locality_lb_setting, mesh.zone_aware_lb_setting
    if zones is not None and zones.enabled is not False:
        return Preference((), zones.failover, zones.failover_priority, zones)
    own = own or LocalityLoadBalancer()
    if own.enabled is False:
        return None
    if own.distribute:
        return Preference(own.distribute)
    if policy.outlier_detection is None:
        return None
    return Preference((), own.failover, own.failover_priority)


def topology_labels(
    labels: Mapping[str, str], locality: str, network: str, cluster: str, node: str = ""
) -> Mapping[str, str]:
    """Add the labels that say where a workload is; what it carries itself counts before them."""
    region, zone, subzone = parts(locality)
    given = {_REGION: region, _ZONE: zone, _SUBZONE: subzone, _NETWORK: network, _CLUSTER: cluster}
    given[_NODE] = node
    return {**{name: value for name, value in given.items() if value}, **labels}


def parts(locality: str) -> tuple[str, str, str]:
    """Split `region/zone/subzone`; what is not written is empty."""
    region, zone, subzone = (*locality.split("/", _PARTS - 1), "", "")[:_PARTS]
    return region, zone, subzone


def placed(one: Endpoint, stand: Stand) -> Endpoint:
    """Complete where an endpoint is: of Kubernetes only the zone is known, which names its region.

    Only the caller's own zone can be told so.
    """
    region, zone, _ = parts(one.locality)
    own = parts(stand.locality)
    if region or not zone or zone != own[1]:
        return one
    return replace(one, locality=f"{own[0]}{one.locality}")


def text(locality: str) -> str:
    """Write a locality as far as it goes: `us//` and `us` are the same."""
    return locality.rstrip("/")


def matches(locality: str, pattern: str) -> bool:
    """Say whether a locality is within a pattern such as `us/zone-1/*`; nothing written is all."""
    own, wanted = parts(locality), parts(pattern)
    region = wanted[0] in (_ANY, own[0])
    return region and all(
        part in (_ANY, "", mine) for part, mine in zip(wanted[1:], own[1:], strict=True)
    )


def shares(
    preferred: Preference, stand: Stand, weights: Mapping[str, int]
) -> Mapping[str, int] | None:
    """Return the weight of each locality that gets calls, from the sums of their endpoints.

    None where nothing is distributed from here. A pattern that covers several localities is
    divided among them by their sums; the most specific pattern decides.
    """
    written = next(
        (one for one in preferred.distribute if matches(stand.locality, one.from_)), None
    )
    if written is None:
        return None
    by_pattern: dict[str, list[str]] = {}
    for locality in weights:
        fitting = [pattern for pattern in written.to if matches(locality, pattern)]
        if fitting:
            by_pattern.setdefault(max(fitting, key=_specific), []).append(locality)
    result: dict[str, int] = {}
    for pattern, covered in by_pattern.items():
        total = sum(weights[locality] for locality in covered)
        for locality in covered if written.to[pattern] else ():
            result[locality] = ceil(weights[locality] * written.to[pattern] / total)
    return result


def _specific(pattern: str) -> int:
    return sum(part not in (_ANY, "") for part in parts(pattern))


def priorities(
    preferred: Preference | None,
    stand: Stand,
    endpoints: Sequence[Endpoint],
    labels: Callable[[Endpoint], Mapping[str, str]],
) -> list[int]:
    """Return the priority of each endpoint, the nearest 0; no number between is left out.

    `labels` are those of an endpoint, topology included.
    """
    if preferred is None or preferred.distribute:
        return [0] * len(endpoints)
    by_labels = [_by_labels(preferred, stand, labels(one)) for one in endpoints]
    found = [
        of_labels * _TIERS + _tier(preferred, stand.locality, one.locality)
        for of_labels, one in zip(_dense(by_labels), endpoints, strict=True)
    ]
    return _dense(found)


def _by_labels(preferred: Preference, stand: Stand, labels: Mapping[str, str]) -> int:
    """Count the labels from the first one on which an endpoint differs; `name=value` wants that."""
    for at, text in enumerate(preferred.labels):
        name, stated, value = text.partition("=")
        wanted = value if stated else stand.labels.get(name, "")
        if labels.get(name, "") != wanted:
            return len(preferred.labels) - at
    return 0


def _tier(preferred: Preference, own: str, other: str) -> int:
    """Rank a locality: the same, the same zone, the same region, then where the region leads."""
    if preferred.labels and not preferred.failover and preferred.zone_aware is None:
        return 0
    mine, theirs = parts(own), parts(other)
    if mine[0] == theirs[0]:
        same = next((at for at in range(1, _PARTS) if mine[at] != theirs[at]), _PARTS)
        return 0 if preferred.zone_aware is not None else _PARTS - same
    chosen = next((one for one in preferred.failover if one.from_ == mine[0]), None)
    return _NOT_CHOSEN if chosen is not None and chosen.to != theirs[0] else _FARTHEST


def _dense(numbers: Iterable[int]) -> list[int]:
    """Number the values anew in their order, without gaps."""
    several = list(numbers)
    rank = {value: at for at, value in enumerate(sorted(set(several)))}
    return [rank[value] for value in several]
