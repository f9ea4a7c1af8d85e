"""What a commit means for the fleet, stored once and never changed.

A `Revision` names, for every set, the tree it was accepted from and the manifest of its objects.
Manifests are shared between revisions: a set that a commit did not touch costs nothing.
"""

from dataclasses import dataclass

from libs.kernel.ids import (
    ClusterName,
    CommitId,
    ObjectHash,
    RevisionId,
    SetName,
    SourceName,
    TraceParent,
    TreeHash,
)
from libs.kernel.messages import Message
from libs.kernel.origins import ObjectKey, Origin


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One configuration object by content: canonical JSON bytes without its place in a file."""

    hash: ObjectHash
    key: ObjectKey
    body: bytes


@dataclass(frozen=True, slots=True)
class ManifestEntry:
    """One object of a set, and where it stands."""

    object: ObjectHash
    key: ObjectKey
    origin: Origin


@dataclass(frozen=True, slots=True)
class Manifest:
    """All objects of one set at one tree."""

    tree: TreeHash
    entries: tuple[ManifestEntry, ...]


@dataclass(frozen=True, slots=True)
class AcceptedSet:
    """A set within a revision: the commit it was last accepted from, and its manifest's tree."""

    name: SetName
    source: SourceName
    commit: CommitId
    tree: TreeHash


@dataclass(frozen=True, slots=True)
class Revision:
    """Immutable meaning of one commit for the fleet.

    `generation` counts up by one from the parent. `fleet` is the manifest of fleet.yaml and every
    cluster.yaml. `sets` are sorted by name. `notes` are sentences for people, such as that history
    was rewritten. `author` is that of the commit, as git writes it.
    """

    id: RevisionId
    parent: RevisionId | None
    generation: int
    source: SourceName
    commit: CommitId
    fleet: TreeHash
    sets: tuple[AcceptedSet, ...]
    renderer_version: str
    notes: tuple[str, ...] = ()
    trace: TraceParent | None = None
    author: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A set that stays behind, and why. Gone when the set is accepted again.

    `name` None means the repository as a whole: a vanished branch, an unreadable fleet.yaml.
    """

    source: SourceName
    name: SetName | None
    commit: CommitId
    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class SourceState:
    """How far a source was looked at. `head` is the last commit that was fully processed.

    `refusals` and `warnings` belong to `head`. `fault` is one sentence while the source itself
    cannot be read (vanished branch, unreachable remote); everything keeps its last good state.
    """

    name: SourceName
    head: CommitId | None
    refusals: tuple[Refusal, ...] = ()
    warnings: tuple[Message, ...] = ()
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """The revision a cluster should run. `generation` counts this cluster's moves from 1."""

    cluster: ClusterName
    revision: RevisionId
    generation: int
