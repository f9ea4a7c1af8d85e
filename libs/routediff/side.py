"""A fleet and the contents of its sets, before or after a change."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from libs.compile.world import World, build_world
from libs.desired.facts import ClusterFacts, FactsFiles, with_facts
from libs.desired.fleetview import FleetView
from libs.desired.members import PlacedObject
from libs.desired.rendering import Contents
from libs.desired.select import objects_for
from libs.kernel.ids import ClusterName
from libs.kernel.origins import ObjectKey
from libs.meshapi.parsed import ParsedObject

Placed = Mapping[ObjectKey, PlacedObject[ParsedObject]]


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison. `facts` are what its repository holds of clusters, unread."""

    view: FleetView
    contents: Contents
    facts: FactsFiles = field(default_factory=FactsFiles)

    def knowing(self, known: Mapping[ClusterName, ClusterFacts]) -> "Side":
        """Return the same side with what else was seen of its clusters."""
        return replace(self, contents=with_facts(self.view, self.contents, known))

    def placed(self, cluster: ClusterName) -> Placed:
        """Return the objects of a cluster; none for one that is not here. Raises RenderError."""
        if cluster not in self.view.clusters:
            return {}
        return {one.key: one for one in objects_for(cluster, self.view, self.contents)}

    def world(self, cluster: ClusterName, placed: Placed) -> World:
        """Return a cluster with these objects, ready to be compiled."""
        objects = [(one.item.object, one.item.origin) for one in placed.values()]
        return build_world(objects, cluster, self.view.fleet.spec.mesh)
