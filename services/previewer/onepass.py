"""One look at the forge: every open pull request that changed, or whose base did, is previewed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from libs.kernel.ids import CommitId
from libs.kernel.looperrors import StalledError, TransientError, WaitingError
from libs.kernel.pullrequests import Check, Comment, Conclusion, PullRequest
from libs.ports.forge import Forge
from libs.ports.gitrepo import MergingRepo, TreeEntry
from libs.routediff.comment import About, Found, Room, comment, marker, plan_hash, state_line
from libs.telemetry.logs import get_logger
from services.previewer.judging import CHECK_NAME, CONFLICTS, check_of, judge
from services.previewer.pages import Pages
from services.previewer.reading import Limits, Reading, read_side, with_fleet_of

_VERSION: Final = "2"
"""Of what comments say. Another one makes every comment be written anew."""

_RETRY_S: Final = 5.0


@dataclass(slots=True)
class Shop:
    """What the previewer works with. `done` says which state of a request was told last."""

    forge: Forge
    repo: MergingRepo
    limits: Limits
    repository: str
    pages: Pages | None = None
    done: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Job:
    """A pull request whose commits are in the mirror."""

    request: PullRequest
    base: CommitId
    head: CommitId

    @property
    def key(self) -> str:
        """The state that a preview is of."""
        return f"{_VERSION}:{self.head}:{self.base}"


def one_pass(shop: Shop) -> float | None:
    """Preview what changed. Return in how many seconds to look again; None for the usual time.

    What goes wrong with one pull request is logged and does not stop the others.
    """
    try:
        requests = shop.forge.open_requests()
        bases = {ref: shop.repo.fetch(ref) for ref in {one.base_ref for one in requests}}
    except WaitingError as error:
        return _later(error, None)
    except (TransientError, StalledError) as error:
        return _later(error, None)
    for number in shop.done.keys() - {one.number for one in requests}:
        del shop.done[number]
    waits = [_previewed(shop, one, bases) for one in requests]
    return min((one for one in waits if one is not None), default=None)


def _previewed(
    shop: Shop, request: PullRequest, bases: Mapping[str, CommitId | None]
) -> float | None:
    try:
        job = _job(shop, request, bases[request.base_ref])
        if job is not None and shop.done.get(request.number) != job.key:
            _tell(shop, job)
            shop.done[request.number] = job.key
    except (WaitingError, TransientError, StalledError) as error:
        return _later(error, request)
    return None


def _later(
    error: WaitingError | TransientError | StalledError, request: PullRequest | None
) -> float | None:
    """Log what stops a preview; return when to try again, None for the usual time."""
    number = request.number if request else None
    get_logger().warning("no preview", request=number, reason=error.reason)
    if isinstance(error, WaitingError):
        return error.retry_after_s
    return _RETRY_S if isinstance(error, TransientError) else None


def _job(shop: Shop, request: PullRequest, base: CommitId | None) -> Job | None:
    """Bring the commits of a pull request; None when one of them went away meanwhile."""
    if request.head_ref is None:
        raise StalledError("the forge shows the commits of this fork nowhere in the repository")
    head = shop.repo.fetch(request.head_ref)
    return Job(request, base, head) if base is not None and head is not None else None


def _tell(shop: Shop, job: Job) -> None:
    """Preview one state and write it down, unless the comment there says that it is done."""
    find = marker(shop.repository)
    former = shop.forge.comment(job.request.number, find)
    state = state_line(job.key)
    if former is not None and state in former.body:
        return
    shop.forge.put_check(job.head, Check(CHECK_NAME, Conclusion.PENDING, "comparing"))
    found = _found(shop, job)
    about = About(job.base, job.head)
    page = shop.pages.put(plan_hash(about, found), found) if shop.pages is not None else ""
    _write(shop, job, found, page, former)
    shop.forge.put_check(job.head, check_of(found, page))
    get_logger().info("previewed", request=job.request.number, head=job.head, base=job.base)


def _write(shop: Shop, job: Job, found: Found, page: str, former: Comment | None) -> None:
    hidden = (marker(shop.repository), state_line(job.key))
    room = Room(shop.forge.comment_chars_max, shop.forge.folds)
    body = comment(hidden, found, About(job.base, job.head, page), room)
    shop.forge.put_comment(job.request.number, body, former)


def _found(shop: Shop, job: Job) -> Found:
    merged = shop.repo.merged(job.base, job.head)
    if merged is None:
        return Found(None, reason=CONFLICTS)
    base = shop.repo.entries(job.base)
    head: Sequence[TreeEntry] = with_fleet_of(base, merged) if job.request.foreign else merged
    try:
        old, new = _read(shop, base), _read(shop, head)
    except StalledError as error:
        return Found(None, reason=error.reason)
    return judge(old, new)


def _read(shop: Shop, entries: Sequence[TreeEntry]) -> Reading:
    return read_side(shop.repo, entries, shop.limits)
