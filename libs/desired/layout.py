"""Where things stand in a repository: `fleet.yaml`, and `cluster.yaml` below `clusters/<name>`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from libs.desired import codes
from libs.kernel.ids import ClusterName
from libs.kernel.messages import Level, Message, MessageClass
from libs.kernel.origins import Origin
from libs.ports.gitrepo import EntryKind, TreeEntry

FLEET_FILE = "fleet.yaml"
CLUSTERS_FOLDER = "clusters"
CLUSTER_FILE = "cluster.yaml"
FACTS_FILE = "facts.yaml"
YAML_ENDINGS = (".yaml", ".yml")
_ESCAPE = "\\"


@dataclass(frozen=True, slots=True)
class Layout:
    """The files that say what the fleet is. Clusters are named by their folders."""

    fleet_file: TreeEntry | None
    cluster_files: Mapping[ClusterName, TreeEntry]
    messages: tuple[Message, ...] = ()

    @property
    def entries(self) -> tuple[TreeEntry, ...]:
        """All of these files: fleet.yaml first, then by cluster."""
        first = () if self.fleet_file is None else (self.fleet_file,)
        return (*first, *(self.cluster_files[name] for name in sorted(self.cluster_files)))


def layout(entries: Sequence[TreeEntry]) -> Layout:
    """Find the fleet's own files among the leaves of a tree."""
    fleet_file = next((entry for entry in entries if entry.path == FLEET_FILE), None)
    cluster_files = {
        name: entry for entry in entries if (name := cluster_of_file(entry.path)) is not None
    }
    found = Layout(_readable(fleet_file), _only_readable(cluster_files))
    messages = (
        *unreadable(entry for entry in (fleet_file, *cluster_files.values()) if entry),
        *(_misnamed(entries) if fleet_file is None else ()),
        *_without_cluster_file(entries, cluster_files),
    )
    return Layout(found.fleet_file, found.cluster_files, messages)


def cluster_of_file(path: str) -> ClusterName | None:
    """Return the cluster whose `cluster.yaml` this is."""
    return _named(path, CLUSTER_FILE)


def cluster_of_facts(path: str) -> ClusterName | None:
    """Return the cluster whose `facts.yaml` this is."""
    return _named(path, FACTS_FILE)


def _named(path: str, wanted: str) -> ClusterName | None:
    folder, _, name = path.rpartition("/")
    return cluster_of_folder(folder) if name == wanted else None


def cluster_of_folder(name: str) -> ClusterName | None:
    """Return the cluster whose own folder this is, by the folder's or its set's name."""
    above, _, cluster = name.partition("/")
    own = above == CLUSTERS_FOLDER and cluster and "/" not in cluster
    return ClusterName(cluster) if own else None


def is_yaml(path: str) -> bool:
    """Say whether a file is read at all."""
    return path.endswith(YAML_ENDINGS)


def unreadable(entries: Iterable[TreeEntry]) -> Iterator[Message]:
    """Refuse what is no plain file, and names that no file system should meet."""
    for entry in entries:
        problem = _problem(entry)
        if problem is not None:
            yield message(codes.FILE, Level.ERROR, Origin(entry.path), problem)


def message(code: str, level: Level, origin: Origin, text: str) -> Message:
    """Make a message about a file rather than about an object."""
    return Message(code, level, MessageClass.OBJECT, origin, text)


def _problem(entry: TreeEntry) -> str | None:
    if entry.kind is EntryKind.SYMLINK:
        return f"`{entry.path}` is a symbolic link and is not followed; write the file itself"
    if entry.kind is EntryKind.SUBMODULE:
        return f"`{entry.path}` is a submodule and is not fetched; add its files themselves"
    if _ESCAPE in entry.path or {"", ".", ".."} & set(entry.path.split("/")):
        return f"`{entry.path}` is no usable name; use printable UTF-8 without backslashes"
    return None


def _readable(entry: TreeEntry | None) -> TreeEntry | None:
    return entry if entry is not None and _problem(entry) is None else None


def _only_readable(files: Mapping[ClusterName, TreeEntry]) -> Mapping[ClusterName, TreeEntry]:
    return {name: files[name] for name in sorted(files) if _problem(files[name]) is None}


def _misnamed(entries: Iterable[TreeEntry]) -> Iterator[Message]:
    """Recognise a fleet.yaml under a name that is nearly right."""
    for entry in entries:
        if entry.path.lower() in (FLEET_FILE, "fleet.yml"):
            text = f"`{entry.path}` is not read; name it `{FLEET_FILE}`"
            yield message(codes.FLEET, Level.ERROR, Origin(entry.path), text)


def _without_cluster_file(
    entries: Iterable[TreeEntry], cluster_files: Mapping[ClusterName, TreeEntry]
) -> Iterator[Message]:
    """Say which folders below `clusters/` are nobody's."""
    seen: set[str] = set()
    for entry in entries:
        parts = entry.path.split("/")
        if len(parts) < 3 or parts[0] != CLUSTERS_FOLDER or not is_yaml(entry.path):
            continue
        if parts[1] not in seen and ClusterName(parts[1]) not in cluster_files:
            seen.add(parts[1])
            folder = f"{CLUSTERS_FOLDER}/{parts[1]}"
            text = f"`{folder}` has no `{CLUSTER_FILE}`, so its files are not read; add one"
            yield message(codes.FLEET, Level.WARNING, Origin(entry.path), text)
