"""The fleet as its files describe it: settings, sets, clusters."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from libs.desired import codes
from libs.desired.layout import CLUSTER_FILE, CLUSTERS_FOLDER, FLEET_FILE, cluster_of_file
from libs.kernel.ids import ClusterName, SetName
from libs.kernel.messages import Level, Message, MessageClass, errors
from libs.kernel.origins import Origin
from libs.meshapi.fleet import Cluster, Fleet, FleetSet, FleetSpec
from libs.meshapi.meshconfig.config import MeshConfig
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.metadata import Metadata
from libs.meshapi.parsed import ParsedObject
from libs.meshapi.positions import Places
from libs.meshapi.selectors import LabelSelector

DEFAULT_NAME = "default"
"""Name of the one set and the one cluster of a plain directory."""

_WHOLE_TREE = "."


@dataclass(frozen=True, slots=True)
class FleetView:
    """Fleet and Clusters that agree with each other; clusters in the order of their names.

    `unwritten` says whether no file has the Fleet; None where that is seen from it.
    """

    fleet: Fleet
    clusters: Mapping[ClusterName, Cluster]
    positions: Places | None = field(default=None, compare=False, repr=False)
    cluster_positions: Mapping[ClusterName, Places] = field(
        default_factory=dict, compare=False, repr=False
    )
    unwritten: bool | None = field(default=None, repr=False)

    @property
    def is_plain(self) -> bool:
        """Whether this stands for a directory without fleet.yaml."""
        return self.fleet == _PLAIN_FLEET if self.unwritten is None else self.unwritten

    def with_mesh(self, mesh: MeshConfig) -> "FleetView":
        """Return the same fleet with other settings of its mesh."""
        spec = self.fleet.spec.model_copy(update={"mesh": mesh})
        fleet = self.fleet.model_copy(update={"spec": spec})
        return replace(self, fleet=fleet, unwritten=self.is_plain)

    @property
    def sets(self) -> Mapping[SetName, FleetSet]:
        """All sets by name; a cluster's folder is a set that only this cluster gets."""
        declared = {SetName(one.name): one for one in self.fleet.spec.sets}
        own = () if self.is_plain else self.clusters
        return declared | {own_set(name): _own(name) for name in own}

    def fleet_at(self, path: Sequence[str | int]) -> Origin:
        """Return the place of a field of the Fleet; its file where no place is known."""
        return self.positions.at(path) if self.positions else Origin(FLEET_FILE)

    def cluster_at(self, name: ClusterName, path: Sequence[str | int]) -> Origin:
        """Return the place of a field of a Cluster; its file where no place is known."""
        places = self.cluster_positions.get(name)
        return places.at(path) if places else Origin(f"{CLUSTERS_FOLDER}/{name}/{CLUSTER_FILE}")


@dataclass(frozen=True, slots=True)
class FleetReading:
    """A view, None when it cannot be trusted, and what was found."""

    view: FleetView | None
    messages: tuple[Message, ...]


def own_set(cluster: ClusterName) -> SetName:
    """Name of the set that is a cluster's own folder."""
    return SetName(f"{CLUSTERS_FOLDER}/{cluster}")


def plain_view() -> FleetView:
    """Return the fleet of a plain directory: everything is one set for one static cluster."""
    cluster = Cluster(metadata=Metadata(name=DEFAULT_NAME))
    return FleetView(_PLAIN_FLEET, {ClusterName(DEFAULT_NAME): cluster})


def stored_view(objects: Iterable[MeshObject]) -> FleetView:
    """Return the view of objects that were accepted before, which are not judged again.

    Raises `ValueError` when there is no Fleet among them.
    """
    found = tuple(objects)
    fleet = next((one for one in found if isinstance(one, Fleet)), None)
    if fleet is None:
        raise ValueError("there is no Fleet among the objects of this revision")
    clusters = (one for one in found if isinstance(one, Cluster))
    return FleetView(fleet, _by_name(clusters))


def fleet_view(objects: Iterable[ParsedObject]) -> FleetReading:
    """Read the objects of fleet.yaml and of every cluster.yaml."""
    found = tuple(objects)
    fleets = [one for one in found if isinstance(one.object, Fleet)]
    messages = (*_misplaced(found), *_fleet_count(fleets), *_sets(fleets[:1]))
    if errors(messages) or not fleets or not isinstance(fleets[0].object, Fleet):
        return FleetReading(None, messages)
    clusters = [one.object for one in found if isinstance(one.object, Cluster)]
    places = {
        ClusterName(one.object.metadata.name): one.positions
        for one in found
        if isinstance(one.object, Cluster)
    }
    view = FleetView(fleets[0].object, _by_name(clusters), fleets[0].positions, places)
    return FleetReading(view, (*messages, *_nowhere(view)))


_PLAIN_FLEET = Fleet(
    metadata=Metadata(name=DEFAULT_NAME),
    spec=FleetSpec(sets=(FleetSet(name=DEFAULT_NAME, paths=(_WHOLE_TREE,)),)),
)


def _own(name: ClusterName) -> FleetSet:
    return FleetSet(name=own_set(name), paths=(own_set(name),))


def _by_name(clusters: Iterable[Cluster]) -> Mapping[ClusterName, Cluster]:
    ordered = sorted(clusters, key=lambda one: one.metadata.name)
    return {ClusterName(one.metadata.name): one for one in ordered}


def _misplaced(objects: Iterable[ParsedObject]) -> Iterator[Message]:
    """Find what stands in a file that is for something else."""
    for one in objects:
        folder = cluster_of_file(one.origin.file)
        wanted = Fleet if folder is None else Cluster
        if not isinstance(one.object, wanted):
            text = f"only a {wanted.__name__} stands in this file; move {one.key} to another file"
            yield _error(one.origin, text, one)
        elif folder is not None and one.object.metadata.name != folder:
            place = one.positions.at(("metadata", "name"))
            text = f"a cluster has the name of its folder; write `{folder}`"
            yield _error(place, text, one)
    yield from _several_clusters(one for one in objects if isinstance(one.object, Cluster))


def _several_clusters(clusters: Iterable[ParsedObject]) -> Iterator[Message]:
    first: dict[str, ParsedObject] = {}
    for one in clusters:
        former = first.setdefault(one.object.metadata.name, one)
        if former is not one:
            text = f"{one.key} is already at {former.origin}; remove one of them"
            yield _error(one.origin, text, one)


def _fleet_count(fleets: Sequence[ParsedObject]) -> Iterator[Message]:
    if not fleets:
        text = "there is no Fleet in this file; write `kind: Fleet` with the sets of the fleet"
        yield _error(Origin(FLEET_FILE), text, None)
    for one in fleets[1:]:
        text = f"a second Fleet; keep the one at {fleets[0].origin} and remove this one"
        yield _error(one.origin, text, one)


def _sets(fleets: Sequence[ParsedObject]) -> Iterator[Message]:
    """Refuse two sets of one name."""
    for one in fleets:
        sets = one.object.spec.sets if isinstance(one.object, Fleet) else ()
        seen: set[str] = set()
        for index, each in enumerate(sets):
            if each.name in seen:
                place = one.positions.at(("spec", "sets", index, "name"))
                text = f"two sets have the name `{each.name}`; give this one another name"
                yield _error(place, text, one)
            seen.add(each.name)


def _nowhere(view: FleetView) -> Iterator[Message]:
    """Say which sets no cluster gets."""
    if not view.clusters:
        text = "the fleet has no clusters; add `clusters/<name>/cluster.yaml`"
        yield _warning(view.fleet_at(()), text)
        return
    for index, one in enumerate(view.fleet.spec.sets):
        if not _selected(one.clusters, view.clusters.values()):
            place = view.fleet_at(("spec", "sets", index, "clusters"))
            text = f"no cluster gets set `{one.name}`; select labels that a cluster has"
            yield _warning(place, text)
    yield from _empty_waves(view)


def _empty_waves(view: FleetView) -> Iterator[Message]:
    """Say which waves of the fleet's strategy move nobody."""
    strategy, left = view.fleet.spec.rollout, dict(view.clusters)
    for index, wave in enumerate(strategy.waves if strategy is not None else ()):
        mine = [key for key, one in left.items() if wave.clusters.matches(one.metadata.labels)]
        if not mine:
            place = view.fleet_at(("spec", "rollout", "waves", index))
            text = f"no cluster is in wave `{wave.name}`; select labels that a cluster has"
            yield _warning(place, f"{text} and no earlier wave selects")
        for key in mine:
            del left[key]


def _selected(selector: LabelSelector, clusters: Iterable[Cluster]) -> bool:
    return any(selector.matches(cluster.metadata.labels) for cluster in clusters)


def _error(origin: Origin, text: str, about: ParsedObject | None) -> Message:
    key = about.key if about else None
    return Message(codes.FLEET, Level.ERROR, MessageClass.OBJECT, origin, text, key)


def _warning(origin: Origin, text: str) -> Message:
    return Message(codes.NOWHERE, Level.WARNING, MessageClass.REFERENCE, origin, text)
