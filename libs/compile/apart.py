"""Endpoints of large services as resources of their own, so that one of them costs one of them.

The view stays what it is; it is only cut into other resources. An assignment with many endpoints
names a collection for each of its localities, and each endpoint is a resource in one of those. For
proxies that are delivered to on demand; others get assignments as they are.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from protogen.envoy.config.core.v3 import health_check_pb2
from protogen.envoy.config.endpoint.v3 import endpoint_components_pb2 as parts
from protogen.envoy.config.endpoint.v3 import endpoint_pb2

from libs.confighash.fingerprint import fingerprint
from libs.envoy.configsource import aggregated
from libs.envoy.snapshot import resource, snapshot_of_types
from libs.kernel.ids import ResourceName, Version
from libs.kernel.xds import ENDPOINT, LB_ENDPOINT, Resource, Snapshot

ENDPOINTS_MIN: Final = 500
"""Smaller assignments are pushed whole: the names of their parts would cost more."""
ENDPOINT_BYTES_MIN: Final = 15
"""No endpoint with an address is shorter, so that most assignments need not be parsed."""
_ROOT: Final = "xdstp://periplus/envoy.config.endpoint.v3.LbEndpoint"
_NAME_DIGITS: Final = 16


TOMBSTONES_SHARE_MAX: Final = 0.1
"""Of those that are there; Envoy would count more of them as a service in trouble."""


@dataclass(frozen=True, slots=True)
class _Place:
    """The endpoints of one locality. `gone` are those that ended since the collection is."""

    collection: int
    there: Mapping[ResourceName, Resource]
    gone: Mapping[ResourceName, Resource]


@dataclass(frozen=True, slots=True)
class _Cut:
    """An assignment without its endpoints, and those, by locality."""

    assignment: Resource
    places: Mapping[str, _Place]


@dataclass(slots=True)
class Cuts:
    """What was cut of a class's assignments the last time.

    Envoy does not say which members of a collection it has when it comes back, so nobody can tell
    it which have ended meanwhile. Therefore a member that ended stays for a while and is ill, which
    whoever comes back is told; and before too many have, the collection gets another name. `since`
    tells the collections of this life from those of earlier ones.
    """

    since: str
    known: dict[ResourceName, tuple[Version, _Cut | None]] = field(default_factory=dict)


def endpoints_apart(snapshot: Snapshot, least: int, cuts: Cuts) -> Snapshot:
    """Cut a view for endpoints of their own, of assignments with `least` of them or more."""
    former, cuts.known = cuts.known, {}
    assignments: dict[ResourceName, Resource] = {}
    endpoints: dict[ResourceName, Resource] = {}
    for name, one in snapshot.of(ENDPOINT).items():
        cut = None
        if len(one.body) >= least * ENDPOINT_BYTES_MIN:
            version, before = former.get(name, (None, None))
            cut = before if version == one.version else _cut(one, least, cuts.since, before)
            cuts.known[name] = one.version, cut
        assignments[name] = cut.assignment if cut else one
        for place in cut.places.values() if cut else ():
            endpoints |= place.there
            endpoints |= place.gone
    if not endpoints:
        return snapshot
    return snapshot_of_types({**snapshot.resources, ENDPOINT: assignments, LB_ENDPOINT: endpoints})


def _cut(one: Resource, least: int, since: str, before: _Cut | None) -> _Cut | None:
    """Cut an assignment; None for one that is too small."""
    message = endpoint_pb2.ClusterLoadAssignment.FromString(one.body)
    if sum(len(locality.lb_endpoints) for locality in message.endpoints) < least:
        return None
    service = fingerprint(ENDPOINT, since.encode(), one.name.encode())[:_NAME_DIGITS]
    places: dict[str, _Place] = {}
    for locality in message.endpoints:
        key = _key(locality)
        former = before.places.get(key) if before else None
        place = places[key] = _place(f"{_ROOT}/{service}/{key}", locality, former)
        locality.ClearField("lb_endpoints")
        leds = locality.leds_cluster_locality_config
        leds.leds_config.CopyFrom(aggregated())
        leds.leds_collection_name = f"{_ROOT}/{service}/{key}-{place.collection}/*"
    return _Cut(resource(ENDPOINT, one.name, message), places)


def _place(prefix: str, locality: parts.LocalityLbEndpoints, former: _Place | None) -> _Place:
    """Name the endpoints of a locality, and keep in mind those that ended."""
    number = former.collection if former else 0
    there = _endpoints(f"{prefix}-{number}", locality)
    ended = {**former.gone, **former.there} if former else {}
    gone = {name: _ill(one) for name, one in ended.items() if name not in there}
    if len(gone) > TOMBSTONES_SHARE_MAX * len(there):
        return _Place(number + 1, _endpoints(f"{prefix}-{number + 1}", locality), {})
    return _Place(number, there, gone)


def _endpoints(place: str, locality: parts.LocalityLbEndpoints) -> Mapping[ResourceName, Resource]:
    """Name each endpoint by its address, so that what else changes of it is an update."""
    found: dict[ResourceName, Resource] = {}
    for one in locality.lb_endpoints:
        address = one.endpoint.address.SerializeToString(deterministic=True)
        name = ResourceName(f"{place}/{fingerprint(LB_ENDPOINT, address)[:_NAME_DIGITS]}")
        found[name] = resource(LB_ENDPOINT, name, one)
    return found


def _ill(one: Resource) -> Resource:
    message = parts.LbEndpoint.FromString(one.body)
    message.health_status = health_check_pb2.UNHEALTHY
    return resource(LB_ENDPOINT, one.name, message)


def _key(locality: parts.LocalityLbEndpoints) -> str:
    """Name a locality by what it is; its number in the list changes when another one ends."""
    said = locality.locality
    where = (said.region, said.zone, said.sub_zone, str(locality.priority))
    return fingerprint(ENDPOINT, *(text.encode() for text in where))[:_NAME_DIGITS]
