"""In-memory twin of the Kubernetes adapter: a client of a `FakeKubeServer`, with its faults."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from libs.fakes import managedfields as fields
from libs.fakes.kubeserver import FakeKubeServer, RefusedError, key_of
from libs.fakes.kubewatch import FakeWatch
from libs.kernel.ids import ClusterName
from libs.kernel.looperrors import StalledError, TransientError
from libs.kernel.origins import ObjectKey
from libs.ports.kubecluster import (
    FIELD_MANAGER,
    Apply,
    Create,
    Delete,
    Discovery,
    Done,
    FieldConflict,
    Listing,
    LiveObject,
    Refusal,
    Replace,
    Selection,
    ServerVersion,
    Unanswered,
    Watch,
    Write,
    WriteResult,
)

Interrupt = Callable[[Write | None], WriteResult | None]
"""Told of each write before it is sent, and of each read by a None; returns what comes instead."""


def _nothing(_write: Write | None) -> None:
    """Let everything pass."""


@dataclass(slots=True)
class FakeKubeCluster:
    """`KubeCluster` of a server in memory.

    `interrupt` decides what goes wrong. An `Unanswered` that was sent stands for a lost reply: the
    write happens. `forbidden` holds (verb, group, kind) that the credentials do not allow.
    """

    server: FakeKubeServer
    name: ClusterName
    manager: str = FIELD_MANAGER
    interrupt: Interrupt = _nothing
    forbidden: set[tuple[str, str, str]] = field(default_factory=set)
    reads: int = 0
    writes: list[tuple[Write, bool]] = field(default_factory=list)
    """Every write that the server got, and whether it was a dry run."""
    _known: Discovery | None = None

    def version(self) -> ServerVersion:
        """Ask for the version."""
        self._read()
        return ServerVersion(1, 36, "v1.36.0-fake")

    def discover(self) -> Discovery:
        """Ask what is served."""
        self._read()
        served = [r for r in self.server.resources if r.group not in self.server.unseen]
        self._known = Discovery(tuple(served), dict(self.server.unseen))
        return self._known

    def get(self, key: ObjectKey, *, version: str = "") -> LiveObject | None:
        """Return an object."""
        if self._resource("get", key.group, key.kind, version) is None:
            return None
        return self.server.objects.get(key)

    def list_objects(self, selection: Selection) -> Listing:
        """Return all objects of a selection."""
        s = selection
        if self._resource("list", s.group, s.kind, s.version) is None:
            return Listing((), str(self.server.moment))
        found = self.server.selected(s.group, s.kind, s.namespace, s.labels)
        return Listing(tuple(found), str(self.server.moment))

    def write(
        self,
        writes: Sequence[Write],
        *,
        dry_run: bool = False,
        not_after_s: float | None = None,
    ) -> Sequence[WriteResult]:
        """Carry out writes one by one."""
        return [self._write(one, dry_run=dry_run, not_after_s=not_after_s) for one in writes]

    def watch(self, selections: Sequence[Selection]) -> Watch:
        """Follow selections."""
        return FakeWatch(self, self.server, selections)

    def _write(self, write: Write, *, dry_run: bool, not_after_s: float | None) -> WriteResult:
        if not_after_s is not None and self.server.clock.monotonic_s() >= not_after_s:
            return Unanswered("the time to write is over", sent=False)
        instead = self.interrupt(write)
        if instead is not None and not (isinstance(instead, Unanswered) and instead.sent):
            return instead
        if not self.server.reachable:
            return Unanswered("the server cannot be reached", sent=False)
        self.writes.append((write, dry_run))
        try:
            result: WriteResult = self._carried_out(write, dry_run=dry_run)
        except RefusedError as error:
            result = error.refused
        return instead or result

    def _carried_out(self, write: Write, *, dry_run: bool) -> Done:
        match write:
            case Apply():
                return self._apply(write, dry_run=dry_run)
            case Create():
                return self._create(write, dry_run=dry_run)
            case Replace():
                return self._replace(write.body, dry_run=dry_run, subresource=write.subresource)
            case Delete():
                return self._delete(write, dry_run=dry_run)

    def _apply(self, write: Apply, *, dry_run: bool) -> Done:
        key = self._key("patch", write.body)
        live = self.server.objects.get(key)
        _check_conditions(key, live, write.uid, write.resource_version)
        me = fields.Owner(self.manager, "Apply", write.subresource)
        body = live.body if live else _identity(write.body)
        owners = _owners(live)
        wanted = fields.ownable(_part(write.body, write.subresource))
        clashes = fields.conflicts(owners, me, dict(fields.leaves(body)), wanted)
        if clashes and not write.force:
            found = tuple(FieldConflict(who, "." + ".".join(path)) for who, path in clashes)
            reason = f"{key}: {found[0].manager} owns {found[0].field}"
            raise RefusedError(Refusal.FIELD_CONFLICT, reason, conflicts=found)
        if live is None:
            self.server.check_place(key)
        mine = fields.Owned(write.body["apiVersion"], frozenset(wanted))
        owners_after = fields.taken(owners, me, mine, (path for _, path in clashes))
        merged = fields.applied(
            {**body, "apiVersion": write.body["apiVersion"]}, owners, me, wanted
        )
        return self._stored(key, merged, owners_after, dry_run=dry_run)

    def _create(self, write: Create, *, dry_run: bool) -> Done:
        key = self._key("create", write.body)
        if key in self.server.objects:
            raise RefusedError(Refusal.EXISTS, f"{key} already exists")
        self.server.check_place(key)
        return self._updated(key, None, write.body, dry_run=dry_run)

    def _replace(self, body: Mapping[str, Any], *, dry_run: bool, subresource: str = "") -> Done:
        key = self._key("update", body)
        live = self._present(key)
        metadata = body.get("metadata", {})
        _check_conditions(key, live, metadata.get("uid", ""), metadata.get("resourceVersion", ""))
        whole = {**live.body, subresource: body.get(subresource)} if subresource else body
        return self._updated(key, live, whole, dry_run=dry_run)

    def _delete(self, write: Delete, *, dry_run: bool) -> Done:
        self._need("delete", write.key.group, write.key.kind)
        live = self._present(write.key)
        _check_conditions(write.key, live, write.uid, write.resource_version)
        if dry_run:
            return Done(live if live.metadata.get("finalizers") else None)
        return Done(self.server.delete(write.key))

    def _updated(
        self, key: ObjectKey, live: LiveObject | None, body: Mapping[str, Any], *, dry_run: bool
    ) -> Done:
        """Store an object as a whole: who changes a field owns it."""
        me = fields.Owner(self.manager, "Update")
        before = fields.ownable(live.body) if live else {}
        after = fields.ownable(body)
        given = body.get("metadata", {}).get("managedFields")
        owners = _owners(live) if given is None else fields.read(given)
        changed = frozenset(p for p, v in after.items() if p not in before or before[p] != v)
        gone = before.keys() - after.keys()
        former = owners[me].fields if me in owners else frozenset()
        mine = fields.Owned(body["apiVersion"], (former - gone) | changed)
        return self._stored(
            key, body, fields.taken(owners, me, mine, changed | gone), dry_run=dry_run
        )

    def _stored(
        self, key: ObjectKey, body: Mapping[str, Any], owners: fields.Owners, *, dry_run: bool
    ) -> Done:
        admitted = self.server.admitted(body)
        store = self.server.made if dry_run else self.server.put
        return Done(store(key, admitted, owners))

    def _present(self, key: ObjectKey) -> LiveObject:
        live = self.server.objects.get(key)
        if live is None:
            raise RefusedError(Refusal.ABSENT, f"{key} not found")
        return live

    def _key(self, verb: str, body: Mapping[str, Any]) -> ObjectKey:
        group, _, version = body["apiVersion"].rpartition("/")
        self._need(verb, group, body["kind"], version)
        return key_of(body, self._namespaced)

    def _namespaced(self, group: str, kind: str) -> bool:
        found = self.server.resource(group, kind)
        return found is not None and found.namespaced

    def _need(self, verb: str, group: str, kind: str, version: str = "") -> None:
        if self.server.resource(group, kind, version) is None:
            raise RefusedError(Refusal.ABSENT, f"the server has no {kind} of {group or 'the core'}")
        if (verb, group, kind) in self.forbidden:
            raise RefusedError(Refusal.FORBIDDEN, f"{self.manager} cannot {verb} {kind}")

    def _resource(self, verb: str, group: str, kind: str, version: str) -> object:
        """Find a kind to read. Raises as reading does."""
        self._read()
        if (verb, group, kind) in self.forbidden:
            raise StalledError(f"{self.name}: {self.manager} cannot {verb} {kind}")
        if self.server.resource(group, kind, version) is None:
            return self.discover().find(group, kind, version)
        return True

    def _read(self) -> None:
        self.reads += 1
        instead = self.interrupt(None)
        if instead is not None:
            instead.object()
        if not self.server.reachable:
            raise TransientError(f"{self.name}: the server cannot be reached")


def _owners(live: LiveObject | None) -> dict[fields.Owner, fields.Owned]:
    return fields.read(live.metadata.get("managedFields", ())) if live else {}


def _check_conditions(
    key: ObjectKey, live: LiveObject | None, uid: str, resource_version: str
) -> None:
    if (uid and (live is None or live.uid != uid)) or (
        resource_version and live is not None and live.resource_version != resource_version
    ):
        raise RefusedError(Refusal.STALE, f"{key} is not what it was")


def _identity(body: Mapping[str, Any]) -> dict[str, Any]:
    kept = {k: v for k, v in body.get("metadata", {}).items() if k in {"name", "namespace"}}
    return {"apiVersion": body["apiVersion"], "kind": body["kind"], "metadata": kept}


def _part(body: Mapping[str, Any], subresource: str) -> Mapping[str, Any]:
    """Return what a write may set: a subresource itself, or all but the status."""
    if subresource:
        return {subresource: body.get(subresource, {})}
    return {key: value for key, value in body.items() if key != "status"}
