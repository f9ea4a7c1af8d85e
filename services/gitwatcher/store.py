"""Stage `store`: what was judged becomes durable, in an order that survives a kill anywhere."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import orjson

from libs.confighash.fingerprint import fingerprint
from libs.kernel.ids import CommitId, ObjectHash, RevisionId, SetName, TreeHash
from libs.kernel.revisions import (
    AcceptedSet,
    Manifest,
    ManifestEntry,
    Revision,
    SourceState,
    StoredObject,
)
from libs.meshapi.objects import to_stored
from libs.telemetry.logs import get_logger
from services.gitwatcher import steps
from services.gitwatcher.work import Pass, Tree, Verdict

RENDERER_VERSION = "1"
"""Raised when equal files come to mean something else."""


def store(work: Pass) -> Pass:
    """Store contents, then revision and source state in one transaction.

    Contents come first, because a revision may only name what is there; contents without a
    revision harm nobody and are stored again in the next pass.
    """
    if work.head is None or work.verdict is None:
        return work
    with work.span("store"):
        state = SourceState(
            work.source.name, work.head, work.verdict.refusals, work.verdict.warnings
        )
        revision = _revision(work, work.head, work.verdict)
        if revision is None:
            work.source.store.record_source(state)
            return replace(work, state=state)
        _store_contents(work, work.verdict)
        work.source.repo.keep(work.head)
        work.source.store.accept(revision, state)
        work.source.trees.forget_all_but(_tree_hashes(revision))
        work.source.steps.reached(steps.REVISION_STORED)
    _log(revision, state)
    return replace(work, state=state, newest=revision)


def _revision(work: Pass, head: CommitId, verdict: Verdict) -> Revision | None:
    """Build the revision that follows the newest one; None when nothing that matters differs."""
    fleet, parent = verdict.fleet, work.newest
    if fleet is None:
        return None
    sets = tuple(
        AcceptedSet(name, work.source.name, tree.commit, tree.tree)
        for name, tree in sorted(verdict.sets.items())
    )
    if parent is not None and _meaning(parent.fleet, parent.sets, parent.renderer_version) == (
        _meaning(fleet.tree, sets, RENDERER_VERSION)
    ):
        return None
    revision = Revision(
        id=RevisionId(""),
        parent=parent.id if parent else None,
        generation=parent.generation + 1 if parent else 1,
        source=work.source.name,
        commit=head,
        fleet=fleet.tree,
        sets=sets,
        renderer_version=RENDERER_VERSION,
        notes=_notes(work),
        trace=work.trace,
        author=work.source.repo.commit(head).author,
    )
    return replace(revision, id=revision_id(revision))


def revision_id(revision: Revision) -> RevisionId:
    """Fingerprint everything that a revision means; notes, trace and author are not part of it."""
    sets = [(item.name, item.source, item.commit, item.tree) for item in revision.sets]
    head = (revision.parent, revision.generation, revision.source, revision.commit, revision.fleet)
    content = orjson.dumps([head, sets, revision.renderer_version])
    return RevisionId(fingerprint("revision", content))


def _meaning(
    fleet: TreeHash, sets: Iterable[AcceptedSet], renderer: str
) -> tuple[TreeHash, str, list[tuple[SetName, TreeHash]]]:
    """What decides whether a new revision is worth its name; the commit alone does not."""
    return fleet, renderer, [(item.name, item.tree) for item in sets]


def _notes(work: Pass) -> tuple[str, ...]:
    """Say what a person would want to know of this commit beside its changes."""
    if not work.rewritten or work.state.head is None:
        return ()
    return (f"history was rewritten: commit {work.head} does not descend from {work.state.head}",)


def _store_contents(work: Pass, verdict: Verdict) -> None:
    """Store what the newest revision does not hold already."""
    known = _tree_hashes(work.newest) if work.newest is not None else frozenset()
    new = [tree for tree in _trees(verdict) if tree.tree not in known]
    source = work.source
    held = frozenset[ObjectHash]().union(
        *(source.trees.get(source.store, tree).objects for tree in known if new)
    )
    objects: dict[ObjectHash, StoredObject] = {}
    manifests: list[Manifest] = []
    for tree in new:
        pairs = [(to_stored(parsed.object), parsed.origin) for parsed in tree.objects]
        objects |= {stored.hash: stored for stored, _ in pairs if stored.hash not in held}
        entries = (ManifestEntry(stored.hash, stored.key, origin) for stored, origin in pairs)
        manifests.append(Manifest(tree.tree, tuple(entries)))
    source.store.add_contents(objects.values(), manifests)
    for manifest in manifests:
        source.trees.learn(manifest)
    source.steps.reached(steps.CONTENTS_STORED)


def _tree_hashes(revision: Revision) -> frozenset[TreeHash]:
    """All trees that a revision names: they are stored and cannot expire while it is the newest."""
    return frozenset((revision.fleet, *(item.tree for item in revision.sets)))


def _trees(verdict: Verdict) -> Iterator[Tree]:
    """The fleet's own files and every set; equal sets at one tree are stored once."""
    if verdict.fleet is not None:
        yield verdict.fleet
    yield from {tree.tree: tree for tree in verdict.sets.values()}.values()


def _log(revision: Revision, state: SourceState) -> None:
    """Say what now runs, and what stays behind."""
    get_logger().info(
        "revision stored",
        revision=revision.id,
        generation=revision.generation,
        commit=revision.commit,
        refused=[refusal.name for refusal in state.refusals],
        notes=revision.notes,
    )
