"""A repository at GitHub, or at a server with GitHub's interface."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from libs.adapters.forges.account import Account
from libs.adapters.forges.connection import Connection
from libs.adapters.forges.issuecomments import IssueComments
from libs.adapters.forges.limits import PAGE_ITEMS, TITLE_CHARS_MAX
from libs.adapters.forges.pulls import pull_request
from libs.adapters.forges.reading import at, items, number
from libs.kernel.ids import CommitId
from libs.kernel.messages import Level
from libs.kernel.pullrequests import Annotation, Check, Comment, Conclusion, PullRequest
from libs.ports.clock import Clock

VERSION: Final = "2022-11-28"
"""The version of the interface that is asked for."""

_ANNOTATIONS_MAX: Final = 50
"""Remarks in one request; more follow in further ones."""

_STATES: Final[Mapping[Conclusion, str]] = {
    Conclusion.PENDING: "pending",
    Conclusion.SUCCESS: "success",
    Conclusion.NEUTRAL: "success",
    Conclusion.FAILURE: "failure",
}
_LEVELS: Final[Mapping[Level, str]] = {
    Level.ERROR: "failure",
    Level.WARNING: "warning",
    Level.INFO: "notice",
}


class GitHub:
    """The port `Forge` over GitHub's REST interface."""

    comment_chars_max = 65_000
    folds = True

    def __init__(self, account: Account, clock: Clock) -> None:
        """Speak about one repository."""
        self._checks = account.checks
        self._at = f"/repos/{account.repository}"
        headers = {
            "accept": "application/vnd.github+json",
            "authorization": f"Bearer {account.token}",
            "x-github-api-version": VERSION,
        }
        self._connection = Connection(account.url, headers, clock)
        self._comments = IssueComments(self._connection, self._at, account.login)

    def open_requests(self) -> Sequence[PullRequest]:
        """All open pull requests, by number."""
        pages = self._connection.pages(f"{self._at}/pulls", state="open", per_page=PAGE_ITEMS)
        return sorted(map(self._request, items(pages)), key=lambda one: one.number)

    def _request(self, found: Any) -> PullRequest:
        foreign = at(found, "head", "repo", "full_name") != at(found, "base", "repo", "full_name")
        return pull_request(found, foreign=foreign)

    def comment(self, number: int, marker: str) -> Comment | None:
        """Our comment under a pull request."""
        path = f"{self._at}/issues/{number}/comments"
        return self._comments.ours(self._connection.pages(path, per_page=PAGE_ITEMS), marker)

    def put_comment(self, number: int, body: str, former: Comment | None) -> None:
        """Write a comment, or another text into the former one."""
        self._comments.put(number, body, former)

    def put_check(self, commit: CommitId, check: Check) -> None:
        """Make a check run where the token may, else a status of the commit."""
        if self._checks:
            self._run(commit, check)
            return
        content = {
            "state": _STATES[check.conclusion],
            "context": check.name,
            "description": check.title[:TITLE_CHARS_MAX],
        }
        page = {"target_url": check.page} if check.page else {}
        self._connection.send("POST", f"{self._at}/statuses/{commit}", content | page)

    def _run(self, commit: CommitId, check: Check) -> None:
        remarks = [_remark(one) for one in check.annotations]
        content = {"name": check.name, "head_sha": commit, **_state(check)}
        page = {"details_url": check.page} if check.page else {}
        output = _output(check, remarks[:_ANNOTATIONS_MAX])
        made = self._connection.send(
            "POST", f"{self._at}/check-runs", content | page | {"output": output}
        )
        for first in range(_ANNOTATIONS_MAX, len(remarks), _ANNOTATIONS_MAX):
            more = _output(check, remarks[first : first + _ANNOTATIONS_MAX])
            path = f"{self._at}/check-runs/{number(made, 'id')}"
            self._connection.send("PATCH", path, {"output": more})


def _state(check: Check) -> dict[str, str]:
    if check.conclusion is Conclusion.PENDING:
        return {"status": "in_progress"}
    return {"status": "completed", "conclusion": check.conclusion.value}


def _output(check: Check, remarks: list[dict[str, Any]]) -> dict[str, Any]:
    title = check.title[:TITLE_CHARS_MAX]
    return {"title": title, "summary": check.title, "annotations": remarks}


def _remark(one: Annotation) -> dict[str, Any]:
    return {
        "path": one.file,
        "start_line": one.line,
        "end_line": one.line,
        "annotation_level": _LEVELS[one.level],
        "title": one.title[:255],
        "message": one.text,
    }
