"""What an in-memory API server holds, and how it judges writes: the state behind `FakeKubeCluster`.

Several clients share one server, as several owners of a cluster do. No schema is known, so that
no field is ever unknown or of the wrong type; there are no controllers, as in a server that runs
alone: `finish_namespaces` is what ends namespaces that were deleted.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from libs.fakes import managedfields as fields
from libs.fakes.kubekinds import BUILTIN, DEFINITIONS, IMMUTABLE, defined
from libs.kernel.origins import ObjectKey
from libs.ports.clock import Clock
from libs.ports.kubecluster import LiveObject, Refusal, Refused, Resource

DEFINITION = (DEFINITIONS, "CustomResourceDefinition")
Admission = Callable[[Mapping[str, Any]], Mapping[str, Any] | Refused]
"""Takes an object on its way in; gives it back, changed or not, or refuses it."""


@dataclass(frozen=True, slots=True)
class Event:
    """A change: `live` is the object afterwards, or the last of it when it is gone."""

    at: int
    live: LiveObject
    gone: bool = False


class RefusedError(Exception):
    """Ends the judgement of one write."""

    def __init__(self, code: Refusal, reason: str, **more: Any) -> None:
        """Keep what the client is told."""
        super().__init__(reason)
        self.refused = Refused(code, reason, **more)


@dataclass(slots=True)
class FakeKubeServer:
    """Objects by key, the kinds that are served, and what happened since `forgotten_until`."""

    clock: Clock
    objects: dict[ObjectKey, LiveObject] = field(default_factory=dict)
    resources: list[Resource] = field(default_factory=lambda: list(BUILTIN))
    unseen: dict[str, str] = field(default_factory=dict)
    admissions: list[Admission] = field(default_factory=list)
    reachable: bool = True
    events: list[Event] = field(default_factory=list)
    forgotten_until: int = 0
    moment: int = 0
    _uids: int = 0

    def __post_init__(self) -> None:
        """Have the namespaces that every cluster has."""
        for name in ("default", "kube-system"):
            body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
            self.put(ObjectKey("", "Namespace", "", name), body, {})

    def serve(self, *resources: Resource) -> None:
        """Have more kinds, as if somebody had defined them."""
        self.resources += [one for one in resources if one not in self.resources]

    def forget_history(self) -> None:
        """Let every watch start again, as after compaction."""
        self.forgotten_until = self.moment
        self.events.clear()

    def finish_namespaces(self) -> None:
        """End deleted namespaces with all that is in them, as the namespace controller does."""
        gone = {k.name for k, one in self.objects.items() if k.kind == "Namespace" and one.deleting}
        for key in [k for k in self.objects if k.namespace in gone]:
            self.drop(key)
        for name in gone:
            self.drop(ObjectKey("", "Namespace", "", name))

    def resource(self, group: str, kind: str, version: str = "") -> Resource | None:
        """Return a served kind."""
        for one in self.resources:
            if (one.group, one.kind) == (group, kind) and version in {"", one.version}:
                return one
        return None

    def selected(self, group: str, kind: str, namespace: str, labels: str) -> Iterator[LiveObject]:
        """Yield objects of a kind by namespace and name."""
        for key, one in sorted(self.objects.items()):
            is_there = (key.group, key.kind) == (group, kind) and namespace in {"", key.namespace}
            if is_there and has_labels(one, labels):
                yield one

    def admitted(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Pass an object through admission. Raises RefusedError."""
        for one in self.admissions:
            verdict = one(body)
            if isinstance(verdict, Refused):
                raise RefusedError(verdict.code, verdict.reason)
            body = verdict
        return body

    def check_place(self, key: ObjectKey) -> None:
        """Raise RefusedError where nothing new can be made."""
        if not key.namespace:
            return
        place = self.objects.get(ObjectKey("", "Namespace", "", key.namespace))
        if place is None:
            raise RefusedError(Refusal.ABSENT, f'namespaces "{key.namespace}" not found')
        if place.deleting:
            reason = f"{key}: namespace {key.namespace} is being terminated"
            raise RefusedError(Refusal.TERMINATING, reason)

    def made(self, key: ObjectKey, body: Mapping[str, Any], owners: fields.Owners) -> LiveObject:
        """Return what would be stored: the present object where that would change nothing.

        Raises RefusedError for an immutable field.
        """
        live = self.objects.get(key)
        self._check_immutable(key, live, body)
        now = _time(self.clock.now_s())
        metadata = {k: v for k, v in body.get("metadata", {}).items() if k != "managedFields"}
        uid = live.uid if live else f"uid-{self._uids + 1}"
        generation = self._generation(key, live, body)
        metadata |= {"uid": uid, "resourceVersion": str(self.moment + 1)}
        metadata["creationTimestamp"] = live.metadata["creationTimestamp"] if live else now
        if generation:
            metadata["generation"] = generation
        if owners:
            metadata["managedFields"] = fields.written(owners, now)
        new = LiveObject(key, uid, str(self.moment + 1), generation, {**body, "metadata": metadata})
        return live if live is not None and _same(live, new) else new

    def put(self, key: ObjectKey, body: Mapping[str, Any], owners: fields.Owners) -> LiveObject:
        """Store an object, unless it is as it was. Raises RefusedError for an immutable field."""
        live = self.objects.get(key)
        new = self.made(key, body, owners)
        if new is live:
            return new
        self._uids += live is None
        self.moment += 1
        if new.deleting and not new.metadata.get("finalizers") and key.kind != "Namespace":
            return self.drop(key)
        self.objects[key] = new
        self.events.append(Event(self.moment, new))
        self._defined(key, new.body)
        return new

    def delete(self, key: ObjectKey) -> LiveObject | None:
        """Delete an object, or begin to: what has finalizers, and a namespace, stays for now."""
        live = self.objects[key]
        if not live.metadata.get("finalizers") and key.kind != "Namespace":
            self.drop(key)
            return None
        if live.deleting:
            return live
        now = _time(self.clock.now_s())
        body = fields.with_field(live.body, ("metadata", "deletionTimestamp"), now)
        return self.put(key, body, fields.read(live.metadata.get("managedFields", ())))

    def drop(self, key: ObjectKey) -> LiveObject:
        """Take an object away, and with a definition all objects of its kinds."""
        last = self.objects.pop(key)
        self.moment += 1
        self.events.append(Event(self.moment, last, gone=True))
        if (key.group, key.kind) == DEFINITION:
            for resource in defined(last.body):
                self.resources = [one for one in self.resources if one != resource]
                for one in [k for k in self.objects if _is_of(k, resource)]:
                    self.drop(one)
        return last

    def _defined(self, key: ObjectKey, body: Mapping[str, Any]) -> None:
        """Serve what a definition defines, and say so in its status."""
        if (key.group, key.kind) != DEFINITION:
            return
        self.serve(*defined(body))
        established = {"type": "Established", "status": "True", "reason": "InitialNamesAccepted"}
        status = {"conditions": [established]}
        if body.get("status") != status:
            kept = fields.read(body["metadata"].get("managedFields", ()))
            self.put(key, {**body, "status": status}, kept)

    def _check_immutable(
        self, key: ObjectKey, live: LiveObject | None, body: Mapping[str, Any]
    ) -> None:
        path = IMMUTABLE.get((key.group, key.kind))
        if live is None or path is None:
            return
        before, after = (_at(one, path) for one in (live.body, body))
        if before != after:
            where = ".".join(path)
            raise RefusedError(Refusal.INVALID, f"{key}: {where}: field is immutable")

    def _generation(self, key: ObjectKey, live: LiveObject | None, body: Mapping[str, Any]) -> int:
        """Count changes of anything but metadata and status; kinds of the core have no count."""
        if not key.group:
            return 0
        if live is None:
            return 1
        return live.generation + (_meant(live.body) != _meant(body))


def has_labels(one: LiveObject, selector: str) -> bool:
    """Say whether an object has all labels of a selector such as `a=b,c`."""
    labels = one.metadata.get("labels", {})
    for part in filter(None, selector.split(",")):
        name, equals, value = part.replace("==", "=").partition("=")
        if name not in labels or (equals and labels[name] != value):
            return False
    return True


def key_of(body: Mapping[str, Any], namespaced: Callable[[str, str], bool]) -> ObjectKey:
    """Return the key of an object; one without a namespace is in `default`."""
    group, kind = body["apiVersion"].rpartition("/")[0], body["kind"]
    metadata = body.get("metadata", {})
    namespace = metadata.get("namespace") or "default"
    return ObjectKey(group, kind, namespace if namespaced(group, kind) else "", metadata["name"])


def _is_of(key: ObjectKey, resource: Resource) -> bool:
    return (key.group, key.kind) == (resource.group, resource.kind)


def _at(body: Mapping[str, Any], path: Iterable[str]) -> Any:
    found: Any = body
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _meant(body: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in body.items() if key not in {"metadata", "status"}}


def _same(live: LiveObject, new: LiveObject) -> bool:
    return _comparable(live) == _comparable(new)


def _comparable(one: LiveObject) -> tuple[Any, ...]:
    """Leave out what a write that changes nothing would still change."""
    metadata = {
        k: v for k, v in one.metadata.items() if k not in {"resourceVersion", "managedFields"}
    }
    return ({**one.body, "metadata": metadata}, fields.read(one.metadata.get("managedFields", ())))


def _time(now_s: float) -> str:
    return datetime.fromtimestamp(int(now_s), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
