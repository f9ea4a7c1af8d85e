"""`periplus diff`: which calls go elsewhere between two configurations, with an example of each."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from libs.desired.fleetview import FleetView
from libs.kernel.ids import ClusterName
from libs.kernel.origins import ObjectKey
from libs.meshapi.meshobject import MeshObject
from libs.routediff.difference import difference
from libs.routediff.fleet import Pair, fleet_difference
from libs.routediff.sights import Sight
from libs.routing.dump import DumpError, from_dump
from libs.routing.resources import Resources
from tools.cli.clusterobjects import Contents, placed_in
from tools.cli.compiling import cluster_world, desired_of
from tools.cli.diffjson import cluster_json, counts_json, dumps_json
from tools.cli.difftext import markdown, text
from tools.cli.errors import UnusableError
from tools.cli.meshoption import read_mesh
from tools.cli.output import write_json, write_lines
from tools.cli.sources import PathArgument

_WORK_TREE = (".@HEAD", ".")
_FOR_CALLERS = frozenset({"VirtualService", "DestinationRule", "Gateway"})
"""Kinds that only callers and gateways follow."""


class DiffFormat(StrEnum):
    """What `-o` may be."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


def diff(
    *paths: PathArgument,
    cluster: str = "",
    envoy: bool = False,
    mesh_config: str = "",
    mesh_networks: str = "",
    output: Annotated[DiffFormat, Parameter(name=["--output", "-o"])] = DiffFormat.TEXT,
) -> int:
    """Say which calls two configurations treat differently, each with an example and a command.

    Exit status 1 when calls are treated differently, or when nobody can say.

    Parameters
    ----------
    paths
        OLD and NEW: files, directories, REPO@REV; without any, the last commit and the work tree.
    cluster
        Only this cluster of the fleet.
    envoy
        OLD and NEW are config dumps of Envoys, with endpoints, of any control plane.
    mesh_config
        A file with Istio's MeshConfig; its fields stand in for those of both Fleets.
    mesh_networks
        A file with Istio's MeshNetworks.
    output
        text, json or markdown.
    """
    if len(paths) not in (0, 2):
        raise UnusableError("name OLD and NEW, or nothing for the last commit and the work tree")
    old, new = paths or _WORK_TREE
    mesh = read_mesh(mesh_config, mesh_networks).usable()
    if envoy:
        found = [dumps_json(difference(_dump(old), _dump(new)))]
    else:
        found = _fleets(desired_of([old], mesh), desired_of([new], mesh), cluster)
    content = {"counts": counts_json(found), "clusters": found}
    if output is DiffFormat.JSON:
        write_json(content)
    else:
        write_lines(*(markdown(content) if output is DiffFormat.MARKDOWN else text(content)))
    return 1 if any(one["classes"] or one["undecided"] for one in found) else 0


def _dump(name: str) -> Resources:
    try:
        return from_dump(Path(name).read_bytes())
    except OSError as error:
        raise UnusableError(f"{name}: {error.strerror}") from error
    except DumpError as error:
        raise UnusableError(f"{name}: {error}") from error


Desired = tuple[FleetView, Contents]


def _fleets(old: Desired, new: Desired, only: str) -> list[dict[str, Any]]:
    """Compare the clusters of two fleets; one that is on one side only is empty on the other."""
    pairs = _pairs(old, new, only)
    return [cluster_json(one, pairs[one.clusters[0]]) for one in fleet_difference(pairs)]


def _pairs(old: Desired, new: Desired, only: str) -> Mapping[ClusterName, Pair]:
    """Pair the clusters of both sides. Clusters that get the same objects are alike."""
    names = list(dict.fromkeys([*old[0].clusters, *new[0].clusters]))
    if only and only not in names:
        raise UnusableError(f"--cluster {only}: the fleets have {', '.join(names) or 'none'}")
    return {name: _pair(old, new, name) for name in ([ClusterName(only)] if only else names)}


def _pair(old: Desired, new: Desired, name: ClusterName) -> Pair:
    before, after = _objects(old, name), _objects(new, name)
    alike = tuple(map(id, before.values())), tuple(map(id, after.values()))
    changed = {
        key.kind for key in before.keys() | after.keys() if before.get(key) != after.get(key)
    }
    same_mesh = old[0].fleet.spec.mesh == new[0].fleet.spec.mesh
    inbound = not (changed <= _FOR_CALLERS and same_mesh)
    sight = Sight(cluster_world(*old, name))
    return Pair(sight, sight.after(cluster_world(*new, name)), alike, inbound)


def _objects(side: Desired, name: ClusterName) -> Mapping[ObjectKey, MeshObject]:
    return {one.key: one.item.object for one in placed_in(name, *side)}
