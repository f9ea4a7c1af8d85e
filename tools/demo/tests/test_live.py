"""When a commit counts as live."""

from dataclasses import replace

from libs.kernel.ids import (
    ClusterName,
    CommitId,
    ProxyId,
    RevisionId,
    SourceName,
    TreeHash,
    Version,
)
from libs.kernel.messages import Level, Message, MessageClass
from libs.kernel.origins import Origin
from libs.kernel.proxies import ProxyRecord, SyncStatus
from libs.kernel.revisions import Refusal, Revision, SourceState
from tools.demo.live import progress

COMMIT = CommitId("c" * 40)
REVISION = Revision(
    RevisionId("r2"), RevisionId("r1"), 2, SourceName("fleet"), COMMIT, TreeHash("t"), (), "1"
)
PROXY = ProxyRecord(
    ProxyId("a"),
    ClusterName("cluster1"),
    SyncStatus.SYNCED,
    Version("s2"),
    REVISION.id,
    1000.5,
    carried=True,
)
BYSTANDER = replace(PROXY, id=ProxyId("b"), live_at_s=1000.9, carried=False)


def test_the_last_ack_is_that_of_a_proxy_that_carried_the_change() -> None:
    """A proxy for which nothing changed is live, but its time says nothing."""
    seen = progress(COMMIT, 2, REVISION, [PROXY, BYSTANDER], [])
    assert seen.is_live
    assert seen.acked_at_s == 1000.5


def test_a_missing_proxy_keeps_a_commit_from_being_live() -> None:
    """All proxies of the demo have to be there."""
    assert not progress(COMMIT, 2, REVISION, [PROXY], []).is_live


def test_a_proxy_at_another_revision_is_not_live() -> None:
    """Having acknowledged an older revision is not enough."""
    behind = replace(PROXY, live_revision=RevisionId("r1"))
    assert progress(COMMIT, 1, REVISION, [behind], []).live == 0


def test_a_proxy_that_refused_is_not_live() -> None:
    """A NACK is not an ACK."""
    refused = replace(PROXY, status=SyncStatus.REFUSED)
    assert progress(COMMIT, 1, REVISION, [refused], []).live == 0


def test_an_older_revision_is_not_the_commit() -> None:
    """Until the commit has become a revision nothing is live on it."""
    older = replace(REVISION, commit=CommitId("b" * 40))
    assert not progress(COMMIT, 1, older, [PROXY], []).is_live


def test_a_refusal_is_passed_on() -> None:
    """A refused commit says why, with file and line."""
    message = Message(
        "PER0101", Level.ERROR, MessageClass.OBJECT, Origin("a.yaml", 3, 2), "write a mapping"
    )
    refusal = Refusal(SourceName("fleet"), None, COMMIT, (message,))
    state = SourceState(SourceName("fleet"), COMMIT, (refusal,))
    seen = progress(COMMIT, 1, None, [], [state])
    assert seen.refusal == "a.yaml:3:2: error PER0101: write a mapping"
