"""One Kubernetes API server: what it serves, what it holds, writes with conditions, and changes.

Absence is only ever told by the server itself. Whatever keeps us from looking raises, so that
nobody takes a blind spot for an empty cluster.

Reading raises `TransientError` when the server gives no answer now, `WaitingError` when it asks for
patience, and `StalledError` when a person has to act: refused credentials, missing permission.
No error carries a value of a Secret.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from libs.kernel.ids import ClusterName
from libs.kernel.looperrors import StalledError, TransientError, WaitingError
from libs.kernel.origins import ObjectKey

Body = Mapping[str, Any]
"""An object as JSON has it: nobody changes one that was handed over."""

FIELD_MANAGER = "periplus"
"""Under this name the server remembers what we apply."""


@dataclass(frozen=True, slots=True, order=True)
class Resource:
    """A kind in one version, as a server serves it. `path` is its plural."""

    group: str
    version: str
    kind: str
    path: str
    namespaced: bool
    verbs: frozenset[str] = frozenset()

    @property
    def api_version(self) -> str:
        """Group and version as an object writes them."""
        return f"{self.group}/{self.version}" if self.group else self.version


@dataclass(frozen=True, slots=True)
class Discovery:
    """Everything that a server serves, the preferred version of each group first.

    `unseen` are groups, or `group/version`s, that the server has and could not tell about, each
    with the reason: what they serve is unknown, not absent.
    """

    resources: tuple[Resource, ...]
    unseen: Mapping[str, str] = field(default_factory=dict)

    def find(self, group: str, kind: str, version: str = "") -> Resource | None:
        """Return a kind in a version, or in the preferred one; None: the server does not have it.

        Raises TransientError when the server could not tell.
        """
        for one in self.resources:
            if (one.group, one.kind) == (group, kind) and version in {"", one.version}:
                return one
        for place, reason in self.unseen.items():
            of_group, _, of_version = place.partition("/")
            if of_group == group and (not version or of_version in {"", version}):
                raise TransientError(
                    f"nobody can tell whether {kind} ({place}) is served: {reason}"
                )
        return None


@dataclass(frozen=True, slots=True)
class ServerVersion:
    """What a server says of itself, such as 1, 36 and `v1.36.2`."""

    major: int
    minor: int
    text: str


@dataclass(frozen=True, slots=True)
class LiveObject:
    """An object as the server holds it, `metadata.managedFields` included."""

    key: ObjectKey
    uid: str
    resource_version: str
    generation: int
    body: Body

    @property
    def metadata(self) -> Body:
        """Its metadata."""
        found: Body = self.body.get("metadata", {})
        return found

    @property
    def deleting(self) -> bool:
        """Whether it only waits for its finalizers."""
        return "deletionTimestamp" in self.metadata


@dataclass(frozen=True, slots=True, order=True)
class Selection:
    """Objects of one kind: of all namespaces or of one, in the preferred version or a given one.

    `labels` is a label selector in the server's own syntax.
    """

    group: str
    kind: str
    namespace: str = ""
    labels: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """All objects of a selection at one moment, and that moment."""

    objects: tuple[LiveObject, ...]
    resource_version: str


@dataclass(frozen=True, slots=True)
class Apply:
    """Server-side apply of `body` under the field manager.

    A `uid` or `resource_version` is a condition on what is there. With a uid nothing is created;
    a version alone does not keep a server from that. `force` takes fields from other managers.
    """

    body: Body
    uid: str = ""
    resource_version: str = ""
    force: bool = False
    subresource: str = ""


@dataclass(frozen=True, slots=True)
class Create:
    """Create `body`; refused as EXISTS where there is one.

    Reviews and, below a `parent`, things such as the token of a service account are made this way
    as well: what comes back is the answer.
    """

    body: Body
    parent: ObjectKey | None = None
    subresource: str = ""


@dataclass(frozen=True, slots=True)
class Replace:
    """Put `body` in the place of the whole object; its `metadata.resourceVersion` is a condition.

    `metadata.managedFields` of the body, where there are any, take the place of the server's.
    """

    body: Body
    subresource: str = ""


@dataclass(frozen=True, slots=True)
class Delete:
    """Delete an object, if it is still the one with this uid and, where given, this version of it.

    What depends on it goes in the background.
    """

    key: ObjectKey
    uid: str
    resource_version: str = ""


Write = Apply | Create | Replace | Delete


class Refusal(StrEnum):
    """Why a server said no."""

    FIELD_CONFLICT = "field-conflict"
    """Other managers own fields of an apply."""
    STALE = "stale"
    """The object is not the one, or not in the state, that the condition names."""
    EXISTS = "exists"
    ABSENT = "absent"
    """The object, its namespace or its kind is not there."""
    INVALID = "invalid"
    """Fields that the server does not take, immutable ones included."""
    FORBIDDEN = "forbidden"
    UNAUTHORIZED = "unauthorized"
    REJECTED = "rejected"
    """An admission webhook or policy said no."""
    NO_DRY_RUN = "no-dry-run"
    """A webhook has side effects, so that nobody can tell beforehand."""
    TERMINATING = "terminating"
    """Its namespace is being deleted."""
    TOO_LARGE = "too-large"
    OTHER = "other"


@dataclass(frozen=True, slots=True, order=True)
class FieldConflict:
    """A field that another manager owns, written as the server does: `.spec.replicas`."""

    manager: str
    field: str


@dataclass(frozen=True, slots=True)
class Cause:
    """One field that the server does not take: `reason` is its word, such as FieldValueInvalid."""

    field: str
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Done:
    """The write, or its dry run, happened.

    `live` is what the server has now; None after a deletion that left nothing. A deletion that
    waits for finalizers has an object.
    """

    live: LiveObject | None
    warnings: tuple[str, ...] = ()

    def object(self) -> LiveObject:
        """Return what the server has now."""
        if self.live is None:
            raise StalledError("the object was deleted")
        return self.live


@dataclass(frozen=True, slots=True)
class Refused:
    """The server said no, and nothing happened. `reason` is one sentence for a person."""

    code: Refusal
    reason: str
    conflicts: tuple[FieldConflict, ...] = ()
    causes: tuple[Cause, ...] = ()

    def object(self) -> LiveObject:
        """Raise StalledError: asking again gets the same answer."""
        raise StalledError(self.reason)


@dataclass(frozen=True, slots=True)
class Unanswered:
    """There was no verdict; `sent` says that the write may have happened nevertheless."""

    reason: str
    sent: bool
    retry_after_s: float | None = None

    def object(self) -> LiveObject:
        """Raise WaitingError where the server named a time, else TransientError."""
        if self.retry_after_s is not None:
            raise WaitingError(self.reason, self.retry_after_s)
        raise TransientError(self.reason)


WriteResult = Done | Refused | Unanswered


@dataclass(frozen=True, slots=True)
class Listed:
    """Everything of a selection: whatever else was known of it is gone."""

    selection: Selection
    objects: tuple[LiveObject, ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """An object is new or different."""

    selection: Selection
    live: LiveObject


@dataclass(frozen=True, slots=True)
class Gone:
    """An object is no more."""

    selection: Selection
    key: ObjectKey
    uid: str


@dataclass(frozen=True, slots=True)
class Blind:
    """A selection cannot be seen now; what was known of it may be old until it is `Listed` again.

    Told once for each time that sight is lost.
    """

    selection: Selection
    reason: str


@dataclass(frozen=True, slots=True)
class Unserved:
    """The server does not have the kind; it is `Listed` when it gets one."""

    selection: Selection


WatchEvent = Listed | Changed | Gone | Blind | Unserved


class Watch(Protocol):
    """What changes in some selections. Each starts with `Listed`, `Blind` or `Unserved`."""

    def poll(self, timeout_s: float) -> Sequence[WatchEvent]:
        """Return what happened since the last time, waiting at most so long for the first of it.

        Changes of one object between two calls may come as one.
        """
        ...

    def close(self) -> None:
        """End it. May be repeated."""
        ...


class KubeCluster(Protocol):
    """The API server of one cluster, with our credentials."""

    @property
    def name(self) -> ClusterName:
        """The name that the fleet gives to the cluster."""
        ...

    def version(self) -> ServerVersion:
        """Ask which version serves; the cheapest way to learn that it can be reached."""
        ...

    def discover(self) -> Discovery:
        """Ask anew what is served; the other methods go by the newest answer that there is."""
        ...

    def get(self, key: ObjectKey, *, version: str = "") -> LiveObject | None:
        """Return an object; None: the server says that it, or its kind, is not there."""
        ...

    def list_objects(self, selection: Selection) -> Listing:
        """Return all objects of a selection by namespace and name; none where nobody serves it."""
        ...

    def write(
        self,
        writes: Sequence[Write],
        *,
        dry_run: bool = False,
        not_after_s: float | None = None,
    ) -> Sequence[WriteResult]:
        """Send writes, several at once and in no order, and return a result for each.

        Nothing is sent at or after `not_after_s` of the monotonic clock: its result is an
        `Unanswered` that was not sent. What was sent before is given up by then, here and by the
        server. One write's fate says nothing about the others.
        """
        ...

    def watch(self, selections: Sequence[Selection]) -> Watch:
        """Start to follow selections."""
        ...
