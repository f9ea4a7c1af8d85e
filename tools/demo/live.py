"""When a commit is live on every proxy, judged from what the Store says. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from libs.kernel.ids import CommitId
from libs.kernel.proxies import ProxyRecord, SyncStatus
from libs.kernel.revisions import Revision, SourceState


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a commit has come. `acked_at_s`: last ACK, in seconds since the epoch.

    Only proxies that carried the change have an ACK that says something; where none did, the time
    is None although all are live. `refusal` holds the sentences of a refusal.
    """

    live: int
    wanted: int
    acked_at_s: float | None = None
    refusal: str | None = None

    @property
    def is_live(self) -> bool:
        """Say whether every proxy is live on the commit."""
        return self.live >= self.wanted


def progress(
    commit: CommitId,
    wanted: int,
    newest: Revision | None,
    proxies: Sequence[ProxyRecord],
    sources: Sequence[SourceState],
) -> Progress:
    """Judge a commit that `wanted` proxies should become live on."""
    refusal = _refusal(commit, sources)
    if newest is None or newest.commit != commit:
        return Progress(0, wanted, refusal=refusal)
    live = [
        record
        for record in proxies
        if record.live_revision == newest.id and record.status is SyncStatus.SYNCED
    ]
    acks = [record.live_at_s for record in live if record.carried and record.live_at_s is not None]
    return Progress(len(live), wanted, max(acks, default=None), refusal)


def _refusal(commit: CommitId, sources: Sequence[SourceState]) -> str | None:
    """Return why the commit, or a part of it, was refused."""
    texts = [
        str(message)
        for source in sources
        if source.head == commit
        for refusal in source.refusals
        for message in refusal.messages
    ]
    return "\n".join(texts) or None
