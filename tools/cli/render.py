"""`periplus render`: the objects that one cluster gets, and who wrote what of them."""

from collections.abc import Iterable, Iterator
from typing import Annotated, Any

from cyclopts import Parameter

from libs.desired.provenance import Change, changes_of
from libs.desired.select import PlacedObject
from libs.kernel.origins import Origin
from libs.meshapi.dump import to_yaml, written
from libs.meshapi.parsed import ParsedObject
from libs.meshapi.quoting import path_text
from tools.cli.clusterobjects import ClusterObjects, named_cluster
from tools.cli.output import Format, write_json, write_lines
from tools.cli.sources import PathArgument, Sources

Placed = PlacedObject[ParsedObject]


def render(
    *paths: PathArgument,
    cluster: str = "",
    provenance: bool = False,
    output: Annotated[Format, Parameter(name=["--output", "-o"])] = Format.TEXT,
) -> int:
    """Print the objects that a cluster gets: patches applied, variables filled in.

    The output is configuration again: reading it gives the same objects.

    Parameters
    ----------
    paths
        Files, directories, - for standard input, or REPO@REV.
    cluster
        Name of the cluster; a fleet of one cluster needs none.
    provenance
        Say in comments where each object stands, and which patch or variable wrote what of it.
    output
        text for YAML; json has the provenance always.
    """
    found = named_cluster(paths, cluster)
    if output is Format.JSON:
        write_json(render_json(found))
    else:
        for one in found.placed:
            said = _comments(one, found.sources) if provenance else ()
            write_lines("---", *said, to_yaml([one.item.object], written).rstrip("\n"))
    return 0


def render_json(found: ClusterObjects) -> dict[str, Any]:
    """Return the objects of a cluster in the form of the command line's contract."""
    return {
        "cluster": found.cluster,
        "objects": [
            {
                "set": one.set,
                **_place(one.item.origin, found.sources),
                "object": written(one.item.object),
                "changes": [_change(each, found.sources) for each in changes_of(one.item)],
            }
            for one in found.placed
        ],
    }


def _change(change: Change, sources: Sources) -> dict[str, Any]:
    return {
        "path": path_text(change.path),
        "set": change.set,
        **_place(change.origin, sources),
        "by": "patch" if change.patch else "variable",
        "removed": change.removed,
        "variables": [
            {"name": name, **_place(origin, sources)} for name, origin in change.variables
        ],
    }


def _place(origin: Origin | None, sources: Sources) -> dict[str, Any]:
    """Return a place with its file named as the user named it."""
    if origin is None:
        return {"file": None, "line": None}
    return {"file": sources.shown.get(origin.file, origin.file), "line": origin.line}


def _comments(one: Placed, sources: Sources) -> Iterator[str]:
    yield f"# {_where(one.item.origin, sources)}, set {one.set}"
    for change in changes_of(one.item):
        verb = "removed by" if change.removed else "from"
        by = f"{verb} {_where(change.origin, sources)}" if change.patch else ""
        uses = ", ".join(_variables(change, sources))
        yield f"#   {path_text(change.path)}: {' with '.join(filter(None, (by, uses)))}"


def _variables(change: Change, sources: Sources) -> Iterable[str]:
    for name, origin in change.variables:
        place = "its default" if origin is None else _where(origin, sources)
        yield f"variable {name} ({place})"


def _where(origin: Origin, sources: Sources) -> str:
    return f"{sources.shown.get(origin.file, origin.file)}:{origin.line}"
