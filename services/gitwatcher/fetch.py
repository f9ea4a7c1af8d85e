"""Stage `fetch`: the new commit's objects come into the mirror."""

from dataclasses import replace

from libs.kernel.looperrors import TransientError
from libs.telemetry.logs import get_logger
from services.gitwatcher import steps
from services.gitwatcher.work import Pass


def fetch(work: Pass) -> Pass:
    """Fetch the branch and see whether its history was rewritten.

    The branch may have moved on since it was noticed; the newest commit is the one to work on.

    Raises:
        TransientError: the branch went away in between, or the remote cannot be read.
    """
    if work.head is None:
        return work
    repo = work.source.repo
    with work.span("fetch") as span:
        head = repo.fetch(work.source.ref)
        if head is None:
            raise TransientError(f"{work.source.ref} went away while it was fetched")
        span.set_attribute("commit", head)
        before = work.state.head
        rewritten = before is not None and not repo.is_ancestor(before, head)
        if rewritten:
            get_logger().warning("history was rewritten", before=before, commit=head)
        work.source.steps.reached(steps.FETCHED)
    return replace(work, head=head, rewritten=rewritten)
