"""The objects of one cluster, from what the user named."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from libs.desired.directory import contents_from_files
from libs.desired.facts import FactsFiles, facts_in
from libs.desired.fleetview import FleetView
from libs.desired.layout import unreadable
from libs.desired.select import PlacedObject, RenderError, objects_for
from libs.kernel.ids import ClusterName, SetName
from libs.kernel.messages import Message
from libs.kernel.messages import errors as only_errors
from libs.meshapi.parsed import ParsedObject
from tools.cli.errors import UnusableError
from tools.cli.kustomizing import configured
from tools.cli.sources import Sources, read_paths

_SHOWN_MAX = 3
Contents = Mapping[SetName, Sequence[ParsedObject]]
Placed = PlacedObject[ParsedObject]


@dataclass(frozen=True, slots=True)
class Desired:
    """A fleet and the contents of its sets; `sources` knows the user's names of the files.

    `facts` are what was seen of clusters, which nothing applies.
    """

    view: FleetView
    contents: Contents
    sources: Sources
    facts: FactsFiles


@dataclass(frozen=True, slots=True)
class ClusterObjects:
    """A cluster of a fleet and what it has, by kind, namespace and name."""

    cluster: ClusterName
    placed: tuple[Placed, ...]
    sources: Sources


def read_desired(paths: Sequence[str]) -> Desired:
    """Read a fleet and its sets. Raises UnusableError for files that cannot be read."""
    sources = read_paths(paths)
    read = contents_from_files(sources.files, configured())
    broken = only_errors((*unreadable(sources.links), *read.messages))
    if broken or read.view is None:
        raise UnusableError(_sentence(sources.as_given(each) for each in broken[:_SHOWN_MAX]))
    return Desired(read.view, read.contents, sources, facts_in(sources.files))


def placed_in(cluster: ClusterName, view: FleetView, contents: Contents) -> tuple[Placed, ...]:
    """Return the objects of a cluster. Raises UnusableError for overlays that do not fit."""
    try:
        return objects_for(cluster, view, contents)
    except RenderError as error:
        raise UnusableError(_sentence(error.messages[:_SHOWN_MAX])) from error


def named_cluster(paths: Sequence[str], name: str) -> ClusterObjects:
    """Read the objects of the cluster that an option names; a fleet of one cluster needs none.

    Raises UnusableError for what cannot be read, and for a name that the fleet does not have.
    """
    found = read_desired(paths)
    known = tuple(found.view.clusters)
    if not name and len(known) != 1:
        raise UnusableError(f"the fleet has {_listed(known)}; name one with --cluster")
    if name and name not in known:
        raise UnusableError(f"the fleet has no cluster `{name}`; it has {_listed(known)}")
    cluster = ClusterName(name) if name else known[0]
    return ClusterObjects(cluster, placed_in(cluster, found.view, found.contents), found.sources)


def _listed(known: Sequence[ClusterName]) -> str:
    return ", ".join(known) or "none"


def _sentence(messages: Iterable[Message]) -> str:
    return "; ".join(map(str, messages))
