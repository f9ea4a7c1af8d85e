"""A project at GitLab."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from libs.adapters.forges.account import Account
from libs.adapters.forges.connection import Connection
from libs.adapters.forges.limits import PAGE_ITEMS, TITLE_CHARS_MAX
from libs.adapters.forges.reading import at, items, number, text
from libs.kernel.ids import CommitId
from libs.kernel.pullrequests import Check, Comment, Conclusion, PullRequest
from libs.ports.clock import Clock

_STATES: Final[Mapping[Conclusion, str]] = {
    Conclusion.PENDING: "running",
    Conclusion.SUCCESS: "success",
    Conclusion.NEUTRAL: "success",
    Conclusion.FAILURE: "failed",
}


class GitLab:
    """The port `Forge` over GitLab's REST interface."""

    comment_chars_max = 990_000
    folds = True

    def __init__(self, account: Account, clock: Clock) -> None:
        """Speak about one project."""
        self._account = account
        self._at = f"/projects/{quote(account.repository, safe='')}"
        self._connection = Connection(account.url, {"private-token": account.token}, clock)

    def open_requests(self) -> Sequence[PullRequest]:
        """All open merge requests, by number."""
        pages = self._connection.pages(
            f"{self._at}/merge_requests", state="opened", per_page=PAGE_ITEMS
        )
        return sorted(map(self._request, items(pages)), key=lambda one: one.number)

    def _request(self, found: Any) -> PullRequest:
        place = number(found, "iid")
        return PullRequest(
            place,
            text(found, "title"),
            text(found, "author", "username"),
            CommitId(text(found, "sha")),
            f"refs/merge-requests/{place}/head",
            f"refs/heads/{text(found, 'target_branch')}",
            at(found, "source_project_id") != at(found, "target_project_id"),
        )

    def comment(self, number: int, marker: str) -> Comment | None:
        """Our note under a merge request, the oldest first."""
        pages = self._connection.pages(
            f"{self._at}/merge_requests/{number}/notes", per_page=PAGE_ITEMS, sort="asc"
        )
        for one in items(pages):
            body = at(one, "body")
            ours = at(one, "author", "username") == self._account.login
            if ours and isinstance(body, str) and marker in body:
                return Comment(str(at(one, "id")), body)
        return None

    def put_comment(self, number: int, body: str, former: Comment | None) -> None:
        """Write a note, or another text into the former one."""
        path = f"{self._at}/merge_requests/{number}/notes"
        if former is None:
            self._connection.send("POST", path, {"body": body})
        else:
            self._connection.send("PUT", f"{path}/{former.id}", {"body": body})

    def put_check(self, commit: CommitId, check: Check) -> None:
        """Set a status of the commit. GitLab takes remarks about lines from its own jobs only."""
        content = {
            "state": _STATES[check.conclusion],
            "name": check.name,
            "description": check.title[:TITLE_CHARS_MAX],
        }
        page = {"target_url": check.page} if check.page else {}
        self._connection.send("POST", f"{self._at}/statuses/{commit}", content | page)
