"""Stages `recall` and `notice`: what is known, and whether the remote has moved."""

from dataclasses import replace

from libs.kernel.looperrors import StalledError
from libs.kernel.revisions import SourceState
from libs.telemetry import tracing
from services.gitwatcher.work import Pass


def recall(work: Pass) -> Pass:
    """Read from the Store how far this source was looked at.

    Raises:
        StalledError: the Store belongs to another source.
    """
    source = work.source
    newest = source.store.newest_revision()
    if newest is not None and newest.source != source.name:
        raise StalledError(
            f"the store holds revisions of source `{newest.source}`, not of `{source.name}`; "
            f"name this source `{newest.source}` or give it a store of its own"
        )
    state = source.store.source(source.name) or SourceState(source.name, head=None)
    return replace(work, state=state, newest=newest)


def notice(work: Pass) -> Pass:
    """Ask the remote for its head; a commit that was not worked on yet opens its trace.

    Raises:
        StalledError: the branch is not there.
    """
    head = work.source.repo.remote_head(work.source.ref)
    if head is None:
        raise StalledError(_missing(work))
    if head == work.state.head and not (work.afresh and work.state.refusals):
        return _recovered(work)
    root = tracing.start_span(
        "commit", None, {"source": work.source.name, "commit": head}, start_s=work.noticed_at_s
    )
    span = tracing.start_span("notice", tracing.traceparent(root), start_s=work.noticed_at_s)
    tracing.end(span)
    return replace(work, head=head, root=root)


def _recovered(work: Pass) -> Pass:
    """A fault of the source is over; what it points at was worked on before."""
    if work.state.fault is None:
        return work
    state = replace(work.state, fault=None)
    work.source.store.record_source(state)
    return replace(work, state=state)


def _missing(work: Pass) -> str:
    """A vanished branch is no empty fleet: say what stays."""
    name = work.source.ref.removeprefix("refs/heads/")
    if work.newest is None:
        return f"the repository has no branch `{name}`; push a commit to it"
    return (
        f"branch `{name}` is gone from the repository; everything stays at commit "
        f"{work.newest.commit[:12]} until it is back"
    )
