"""Facts: what was seen to run in a cluster, in `clusters/<name>/facts.yaml`.

They are no wishes: nothing applies them, no revision holds them, and no commit is refused for
them. They stand in for a cluster that cannot be asked, wherever somebody says what would be.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from libs.desired import codes
from libs.desired.fleetview import FleetView, own_set
from libs.desired.layout import CLUSTERS_FOLDER, FACTS_FILE, cluster_of_facts, message
from libs.desired.members import sets_for
from libs.kernel.ids import ClusterName, SetName
from libs.kernel.messages import Level, Message, errors
from libs.kernel.origins import ObjectKey, Origin
from libs.meshapi import codes as parser_codes
from libs.meshapi.endpoints import Endpoints
from libs.meshapi.endpointslice import EndpointSlice
from libs.meshapi.limits import Limits
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.namespace import Namespace
from libs.meshapi.node import Node
from libs.meshapi.observation import Observation
from libs.meshapi.parse import parse_file
from libs.meshapi.parsed import ParsedObject
from libs.meshapi.pod import Pod
from libs.meshapi.service import Service

FACTS_BYTES_MAX: Final = 64 * 1024 * 1024
FACTS_LIMITS: Final = Limits(
    file_bytes_max=FACTS_BYTES_MAX,
    documents_max=200_000,
    nodes_max=20_000_000,
    messages_max=1_000_000,
)
OLD_DAYS: Final = 30
"""Facts that are older are said to be."""

SAID_MAX: Final = 50
"""So much of what is wrong with one file is said."""

KINDS: Final[tuple[type[MeshObject], ...]] = (
    Endpoints,
    EndpointSlice,
    Namespace,
    Node,
    Pod,
    Service,
)
"""What facts have beside the one Observation."""

_NO_EFFECT: Final = (parser_codes.KIND_WITHOUT_EFFECT, parser_codes.FIELD_WITHOUT_EFFECT)
Contents = Mapping[SetName, Sequence[ParsedObject]]


@dataclass(frozen=True, slots=True)
class ClusterFacts:
    """What one file says: objects that the cluster has, and calls that were seen there."""

    objects: tuple[ParsedObject, ...]
    observation: ParsedObject | None = None

    @property
    def observed(self) -> Observation | None:
        """When all of it was seen, and the calls."""
        found = self.observation.object if self.observation is not None else None
        return found if isinstance(found, Observation) else None


@dataclass(frozen=True, slots=True)
class FactsReading:
    """The facts of a file, None where they cannot be trusted, and what is wrong with it."""

    facts: ClusterFacts | None
    messages: tuple[Message, ...] = ()


def facts_path(cluster: ClusterName) -> str:
    """Return where the facts of a cluster stand in a repository."""
    return f"{CLUSTERS_FOLDER}/{cluster}/{FACTS_FILE}"


def read_facts(cluster: ClusterName, data: bytes) -> FactsReading:
    """Read the facts of a cluster; with one error in them nothing of them counts.

    Never raises for content: whatever is wrong with it is a message.
    """
    parsed = parse_file(facts_path(cluster), data, FACTS_LIMITS)
    said = tuple(one for one in parsed.messages if one.code not in _NO_EFFECT)
    everything = (*said, *_strange(cluster, parsed.objects))
    messages = (*sorted(everything, key=lambda one: one.level is not Level.ERROR),)[:SAID_MAX]
    if errors(messages):
        return FactsReading(None, messages)
    observations = [one for one in parsed.objects if isinstance(one.object, Observation)]
    objects = tuple(one for one in parsed.objects if not isinstance(one.object, Observation))
    return FactsReading(ClusterFacts(objects, next(iter(observations), None)), messages)


class FactsFile:
    """The facts of one cluster, read when somebody first asks for them."""

    def __init__(self, cluster: ClusterName, data: bytes) -> None:
        """Hold a file, unread."""
        self._cluster, self._data = cluster, data
        self._reading: FactsReading | None = None

    def read(self) -> FactsReading:
        """Return what the file says."""
        if self._reading is None:
            self._reading = read_facts(self._cluster, self._data)
        return self._reading


@dataclass(frozen=True, slots=True)
class FactsFiles:
    """The facts of a fleet's clusters."""

    files: Mapping[ClusterName, FactsFile] = field(default_factory=dict)

    def of(self, cluster: ClusterName) -> FactsReading | None:
        """Return what the file of a cluster says; None where there is none."""
        found = self.files.get(cluster)
        return found.read() if found is not None else None

    def newer_than(self, older: "FactsFiles") -> "FactsFiles":
        """Return these files, and older ones of clusters that have none among them."""
        return FactsFiles({**older.files, **self.files})


def facts_in(files: Mapping[str, bytes]) -> FactsFiles:
    """Find the facts among the files of a repository, by their paths."""
    found = ((cluster_of_facts(path), data) for path, data in files.items())
    return FactsFiles({name: FactsFile(name, data) for name, data in found if name is not None})


def with_facts(
    view: FleetView, contents: Contents, facts: Mapping[ClusterName, ClusterFacts]
) -> Contents:
    """Return the contents of a fleet's sets as they look with what else its clusters have.

    The objects of facts become those of the cluster's own folder. What the repository describes
    itself is as the repository has it. A cluster without an API server has nothing else.
    """
    made = dict(contents)
    for cluster, one in facts.items():
        if one.objects and cluster in view.clusters and is_reachable(cluster, view):
            names = sets_for(cluster, view)
            described = {each.key for name in names for each in contents.get(name, ())}
            added = [each for each in one.objects if each.key not in described]
            made[own_set(cluster)] = (*contents.get(own_set(cluster), ()), *added)
    return made


def is_reachable(cluster: ClusterName, view: FleetView) -> bool:
    """Say whether a cluster has an API server, so that files do not tell all that it has."""
    return view.clusters[cluster].spec.connection.static is None


def facts_messages(view: FleetView, files: FactsFiles, today: date) -> tuple[Message, ...]:
    """Read all facts of a fleet; return what is wrong with them, as of a day."""
    found: list[Message] = []
    for cluster in sorted(files.files.keys() & view.clusters.keys()):
        reading = files.files[cluster].read()
        found += reading.messages
        if reading.facts is not None:
            found += _aged(reading.facts, today)
        objects = reading.facts.objects if reading.facts is not None else ()
        if objects and not is_reachable(cluster, view):
            text = (
                f"`{cluster}` has no API server, so its repository says all that it has, and "
                f"{objects[0].key} has no effect here; move it to another file"
            )
            found.append(message(codes.FACTS, Level.WARNING, objects[0].origin, text))
    return tuple(found)


def _aged(facts: ClusterFacts, today: date) -> Iterator[Message]:
    """Say of facts how old they are, where they may not hold any more."""
    observed = facts.observed
    if observed is None or facts.observation is None or observed.spec.seen_at is None:
        return
    days = (today - date.fromisoformat(observed.spec.seen_at[:10])).days
    if days > OLD_DAYS:
        text = f"this was seen {days} days ago; write it anew with `periplus export facts`"
        place = facts.observation.positions.at(("spec", "seenAt"))
        yield message(codes.FACTS, Level.INFO, place, text)


def _strange(cluster: ClusterName, objects: Sequence[ParsedObject]) -> Iterator[Message]:
    """Refuse what is no fact, and a second word about the same."""
    first: dict[ObjectKey, Origin] = {}
    observed: ParsedObject | None = None
    for one in objects:
        if isinstance(one.object, Observation):
            if one.object.metadata.name != cluster:
                text = f"an Observation has the name of its cluster; write `{cluster}`"
                yield _error(one.positions.at(("metadata", "name")), text, one)
            if observed is not None:
                text = f"a second Observation; keep the one at {observed.origin}, remove this one"
                yield _error(one.origin, text, one)
            observed = observed or one
        elif not isinstance(one.object, KINDS):
            text = f"{one.key} is nothing that is seen of a cluster; move it to another file"
            yield _error(one.origin, text, one)
        elif one.key in first:
            text = f"{one.key} is already at {first[one.key]}; write the facts anew"
            yield _error(one.origin, text, one)
        first.setdefault(one.key, one.origin)


def _error(origin: Origin, text: str, about: ParsedObject) -> Message:
    found = message(codes.FACTS, Level.ERROR, origin, text)
    return Message(found.code, found.level, found.message_class, origin, text, about.key)
