"""Stage `expire`: old revisions go, and with them the commits that only they held alive."""

from libs.kernel.ids import CommitId
from libs.kernel.revisions import Revision
from libs.telemetry.logs import get_logger
from services.gitwatcher.work import Pass

EVERY = 20
"""Expiry reads all kept revisions, so it runs once in so many generations."""


def expire(work: Pass) -> Pass:
    """Drop revisions beyond the number to keep, and release what no revision names any more."""
    if work.head is None or work.newest is None or work.newest.commit != work.head:
        return work
    keep = work.source.keep_revisions
    if work.newest.generation <= keep or work.newest.generation % EVERY:
        return work
    gone = work.source.store.expire(keep)
    if not gone:
        return work
    # A target may name revisions older than those kept; ask for more than the number to keep.
    remaining = work.source.store.revisions(work.newest.generation)
    used = {commit for revision in remaining for commit in _commits(revision)}
    for commit in {commit for revision in gone for commit in _commits(revision)} - used:
        work.source.repo.release(commit)
    get_logger().info("revisions expired", count=len(gone))
    return work


def _commits(revision: Revision) -> set[CommitId]:
    """All commits that a revision was read from."""
    return {revision.commit, *(item.commit for item in revision.sets)}
