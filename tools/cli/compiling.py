"""`periplus compile`: what one proxy would be told."""

import sys
from collections.abc import Mapping, Sequence
from typing import Annotated

from cyclopts import Parameter

from libs.compile.proxy import Proxy, ProxyError
from libs.compile.snapshot import CompileError, compile_snapshot
from libs.compile.world import World, build_world
from libs.desired.facts import FactsFiles, facts_path, is_reachable, with_facts
from libs.desired.fleetview import FleetView
from libs.desired.provenance import Change, changes_of
from libs.envoy.json import snapshot_json
from libs.kernel.ids import ClusterName
from libs.kernel.messages import errors
from libs.kernel.origins import ObjectKey
from tools.cli.clusterobjects import Contents, placed_in, read_desired
from tools.cli.errors import UnusableError
from tools.cli.meshoption import NO_MESH, Mesh, read_mesh
from tools.cli.output import Format, write_json, write_lines
from tools.cli.proxyoption import read_proxy
from tools.cli.sources import PathArgument

Changes = Mapping[ObjectKey, tuple[Change, ...]]
"""What patches and variables made, by the object."""


def compile_proxy(
    *paths: PathArgument,
    proxy: str,
    mesh_config: str = "",
    mesh_networks: str = "",
    output: Annotated[Format, Parameter(name=["--output", "-o"])] = Format.JSON,
) -> int:
    """Print the Envoy resources that a configuration gives one proxy.

    Parameters
    ----------
    paths
        Files, directories, - for standard input, or REPO@REV.
    proxy
        The proxy as JSON, or a file that holds it.
    mesh_config
        A file with Istio's MeshConfig; its fields stand in for those of the Fleet.
    mesh_networks
        A file with Istio's MeshNetworks.
    output
        json for whole resources, text for their names.
    """
    described = read_proxy(proxy)
    try:
        mesh = read_mesh(mesh_config, mesh_networks).usable()
        compiled = compile_snapshot(world_of(paths, described, mesh), described)
    except (CompileError, ProxyError) as error:
        raise UnusableError(f"{', '.join(paths)}: {error}") from error
    for problem in compiled.problems:
        print(f"periplus: {problem}", file=sys.stderr)
    resources = snapshot_json(compiled.snapshot)
    if output is Format.JSON:
        write_json(resources)
    else:
        write_lines(
            *(
                f"{kind} {resource.get('name', resource.get('clusterName', ''))}"
                for kind, found in resources.items()
                for resource in found
            )
        )
    return 0


def world_of(paths: Sequence[str], proxy: Proxy, mesh: Mesh = NO_MESH) -> World:
    """Read the cluster of a proxy. Raises UnusableError for objects that cannot be read."""
    return world_and_changes(paths, proxy, mesh)[0]


def world_and_changes(
    paths: Sequence[str], proxy: Proxy, mesh: Mesh = NO_MESH, *, notes: bool = True
) -> tuple[World, Changes]:
    """Read the cluster of a proxy, and what patches and variables made of its objects.

    What was seen of the cluster counts as well; where nothing was, `notes` say so on standard
    error. Raises UnusableError for objects that cannot be read.
    """
    view, contents, facts = desired_of(paths, mesh)
    cluster = _cluster_of(view, proxy.cluster)
    if notes and is_reachable(cluster, view) and facts.of(cluster) is None:
        print(
            f"periplus: what only cluster {cluster} has is not known; write {facts_path(cluster)} "
            "with `periplus export facts`",
            file=sys.stderr,
        )
    return cluster_world(cluster, view, contents, facts)


def cluster_world(
    cluster: ClusterName, view: FleetView, contents: Contents, facts: FactsFiles
) -> tuple[World, Changes]:
    """Return a cluster as it looks, and what patches and variables made of its objects.

    Raises UnusableError for overlays that do not fit and for facts that cannot be read.
    """
    placed = placed_in(cluster, view, _seen(cluster, view, contents, facts))
    changes = {one.key: found for one in placed if (found := changes_of(one.item))}
    objects = [(each.item.object, each.item.origin) for each in placed]
    return build_world(objects, cluster, view.fleet.spec.mesh), changes


def desired_of(
    paths: Sequence[str], mesh: Mesh = NO_MESH
) -> tuple[FleetView, Contents, FactsFiles]:
    """Read a fleet, its sets, and where the facts of its clusters are.

    Raises UnusableError for objects that cannot be read.
    """
    found = read_desired(paths)
    return mesh.over(found.view), found.contents, found.facts


def _seen(cluster: ClusterName, view: FleetView, contents: Contents, facts: FactsFiles) -> Contents:
    """Return the contents with what was seen of a cluster. Raises UnusableError."""
    reading = facts.of(cluster)
    if reading is None:
        return contents
    if reading.facts is None:
        raise UnusableError("; ".join(map(str, errors(reading.messages)[:3])))
    return with_facts(view, contents, {cluster: reading.facts})


def _cluster_of(view: FleetView, wanted: ClusterName) -> ClusterName:
    """Return the cluster that a proxy is in; a fleet of one cluster needs no name."""
    known = tuple(view.clusters)
    if wanted in known:
        return wanted
    if len(known) == 1:
        return known[0]
    raise UnusableError(
        f"the proxy is in cluster `{wanted}`, the fleet has {', '.join(known) or 'none'};"
        ' write "cluster" into the proxy'
    )
