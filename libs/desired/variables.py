"""Which variables a set has in a cluster: the cluster's own, else the set's, else the fleet's."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from libs.desired.fleetview import FleetView
from libs.kernel.ids import ClusterName, SetName
from libs.kernel.origins import Origin


@dataclass(frozen=True, slots=True)
class Variable:
    """A text, and where it is defined."""

    text: str
    origin: Origin


def variables_of(cluster: ClusterName, name: SetName, view: FleetView) -> Mapping[str, Variable]:
    """Return the variables of a set in a cluster, the nearest definition of each name."""
    return dict(_definitions(cluster, name, view))


def _definitions(
    cluster: ClusterName, name: SetName, view: FleetView
) -> Iterator[tuple[str, Variable]]:
    """Yield the fleet's first and the cluster's last, so that a later one wins."""
    for key, text in view.fleet.spec.variables.items():
        yield key, Variable(text, view.fleet_at(("spec", "variables", key)))
    for number, one in enumerate(view.fleet.spec.sets):
        for key, text in one.variables.items() if one.name == name else ():
            place = view.fleet_at(("spec", "sets", number, "variables", key))
            yield key, Variable(text, place)
    found = view.clusters.get(cluster)
    for key, text in found.spec.variables.items() if found is not None else ():
        yield key, Variable(text, view.cluster_at(cluster, ("spec", "variables", key)))
