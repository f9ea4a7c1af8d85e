"""`periplus diff`: which calls go elsewhere between two configurations, with an example of each."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from libs.desired.select import RenderError
from libs.kernel.ids import ClusterName
from libs.routediff.difference import difference
from libs.routediff.markdown import markdown
from libs.routediff.preview import preview
from libs.routediff.readable import text
from libs.routediff.report import dumps_json, preview_json
from libs.routediff.side import Side
from libs.routing.dump import DumpError, from_dump
from libs.routing.resources import Resources
from tools.cli.compiling import desired_of
from tools.cli.errors import UnusableError
from tools.cli.meshoption import Mesh, read_mesh
from tools.cli.output import write_json, write_lines
from tools.cli.sources import PathArgument
from tools.cli.versions import OtherVersion, between_versions

_WORK_TREE = (".@HEAD", ".")


class DiffFormat(StrEnum):
    """What `-o` may be."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


def diff(
    *paths: PathArgument,
    cluster: str = "",
    envoy: bool = False,
    against: Path | None = None,
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
    against
        The `periplus` of another version; it and this one are compared on the one PATH.
    mesh_config
        A file with Istio's MeshConfig; its fields stand in for those of both Fleets.
    mesh_networks
        A file with Istio's MeshNetworks.
    output
        text, json or markdown.
    """
    mesh = read_mesh(mesh_config, mesh_networks).usable()
    if against is not None:
        files = {"--mesh-config": mesh_config, "--mesh-networks": mesh_networks}
        options = [word for name, file in files.items() if file for word in (name, file)]
        return _write(_versions(paths, OtherVersion(against, options), mesh, cluster), output)
    if len(paths) not in (0, 2):
        raise UnusableError("name OLD and NEW, or nothing for the last commit and the work tree")
    old, new = paths or _WORK_TREE
    if envoy:
        content = dumps_json(difference(_dump(old), _dump(new)))
    else:
        content = _fleets(Side(*desired_of([old], mesh)), Side(*desired_of([new], mesh)), cluster)
    return _write(content, output)


def _write(content: dict[str, Any], output: DiffFormat) -> int:
    if output is DiffFormat.JSON:
        write_json(content)
    else:
        write_lines(*([markdown(content)] if output is DiffFormat.MARKDOWN else text(content)))
    return 1 if any(one["classes"] or one["undecided"] for one in content["clusters"]) else 0


def _versions(paths: tuple[str, ...], other: OtherVersion, mesh: Mesh, only: str) -> dict[str, Any]:
    """Compare another version with this one on one configuration."""
    if len(paths) > 1:
        raise UnusableError("--against compares two versions on one PATH; name that alone")
    return preview_json(between_versions(paths[0] if paths else ".", other, mesh, only))


def _dump(name: str) -> Resources:
    try:
        return from_dump(Path(name).read_bytes())
    except OSError as error:
        raise UnusableError(f"{name}: {error.strerror}") from error
    except DumpError as error:
        raise UnusableError(f"{name}: {error}") from error


def _fleets(old: Side, new: Side, only: str) -> dict[str, Any]:
    """Compare two fleets, or one of their clusters."""
    names = list(dict.fromkeys([*old.view.clusters, *new.view.clusters]))
    if only and only not in names:
        raise UnusableError(f"--cluster {only}: the fleets have {', '.join(names) or 'none'}")
    try:
        return preview_json(preview(old, new, [ClusterName(only)] if only else ()))
    except RenderError as error:
        raise UnusableError(str(error)) from error
