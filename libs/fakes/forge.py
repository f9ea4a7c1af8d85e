"""A forge in memory, with one repository."""

from collections.abc import Sequence

from libs.kernel.ids import CommitId
from libs.kernel.pullrequests import Check, Comment, PullRequest

LOGIN = "periplus"
"""The name under which this product writes."""


class FakeForge:
    """`Forge` of one process; `error` is raised by every method while it is set."""

    comment_chars_max = 65_000
    folds = True

    def __init__(self) -> None:
        """Start without pull requests."""
        self.requests: dict[int, PullRequest] = {}
        self.comments: dict[int, list[tuple[str, Comment]]] = {}
        self.checks: dict[tuple[CommitId, str], Check] = {}
        self.error: Exception | None = None
        self._ids = 0

    def open_requests(self) -> Sequence[PullRequest]:
        """All open pull requests, by number."""
        self._fail()
        return [self.requests[number] for number in sorted(self.requests)]

    def comment(self, number: int, marker: str) -> Comment | None:
        """Our comment under a pull request."""
        self._fail()
        found = self.comments.get(number, ())
        return next((one for by, one in found if by == LOGIN and marker in one.body), None)

    def put_comment(self, number: int, body: str, former: Comment | None) -> None:
        """Write a comment, or another text into the former one."""
        self._fail()
        if former is None:
            self.written_by(LOGIN, number, body)
            return
        comments = self.comments[number]
        place = next(place for place, (_, one) in enumerate(comments) if one.id == former.id)
        comments[place] = LOGIN, Comment(former.id, body)

    def put_check(self, commit: CommitId, check: Check) -> None:
        """Say what was found of a commit."""
        self._fail()
        self.checks[(commit, check.name)] = check

    def written_by(self, login: str, number: int, body: str) -> None:
        """Let somebody write a comment."""
        self._ids += 1
        self.comments.setdefault(number, []).append((login, Comment(str(self._ids), body)))

    def _fail(self) -> None:
        if self.error is not None:
            raise self.error
