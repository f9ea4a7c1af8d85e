"""One pass: the stages in their order, and the one place where their errors are collapsed."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from libs.kernel.looperrors import StalledError, TransientError, WaitingError
from libs.kernel.revisions import SourceState
from libs.ports.store import StaleGenerationError
from libs.telemetry import tracing
from libs.telemetry.logs import get_logger
from services.gitwatcher.fetch import fetch
from services.gitwatcher.judge import judge
from services.gitwatcher.lastgood import LastGood
from services.gitwatcher.notice import notice, recall
from services.gitwatcher.read import Reader, read
from services.gitwatcher.retention import expire
from services.gitwatcher.store import store
from services.gitwatcher.target import target
from services.gitwatcher.work import Pass, Source

Stage = Callable[[Pass], Pass]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a pass ended. `fault` is one sentence when it could not be finished.

    `retry` tells the loop to look again sooner than its poll, with back-off.
    """

    work: Pass
    fault: str | None = None
    retry: bool = False


def stages(reader: Reader, last_good: LastGood) -> tuple[Stage, ...]:
    """Return the stages in order.

    `target` stands first as well: a move that a kill interrupted waits for no remote.
    """
    return (
        recall,
        target,
        notice,
        fetch,
        lambda work: read(work, reader),
        lambda work: judge(work, last_good),
        store,
        target,
        expire,
    )


def one_pass(
    source: Source, reader: Reader, noticed_at_s: float | None = None, *, afresh: bool = False
) -> Outcome:
    """Look at the source once and do what is to be done.

    `noticed_at_s` is when somebody said that there is something new, in seconds since the epoch.
    Whatever a remote, a commit or the Store can cause ends in the outcome; a bug is raised.
    """
    begin_s = source.clock.now_s() if noticed_at_s is None else noticed_at_s
    work = Pass(source, begin_s, SourceState(source.name, head=None), afresh=afresh)
    fault, retry = None, False
    try:
        for stage in stages(reader, LastGood(reader, source.store)):
            work = stage(work)
    except StaleGenerationError:
        fault, retry = "another writer moved first; reading again", True
    except StalledError as error:
        fault = error.reason
    except (TransientError, WaitingError) as error:
        fault, retry = error.reason, True
    if work.root is not None:
        tracing.end(work.root, error=fault)
    if fault is not None:
        work = _say(work, fault)
    return Outcome(work, fault, retry)


def _say(work: Pass, fault: str) -> Pass:
    """Record a fault where people look for it, once; everything else stays as it was."""
    if work.state.fault == fault:
        return work
    get_logger().warning("source fault", source=work.source.name, reason=fault)
    state = replace(work.state, fault=fault)
    try:
        work.source.store.record_source(state)
    except TransientError as error:
        get_logger().warning("fault not recorded", reason=error.reason)
        return work
    return replace(work, state=state)
