"""A repository at Gitea or Forgejo."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from libs.adapters.forges.account import Account
from libs.adapters.forges.connection import Connection
from libs.adapters.forges.issuecomments import IssueComments
from libs.adapters.forges.limits import TITLE_CHARS_MAX
from libs.adapters.forges.pulls import pull_request
from libs.adapters.forges.reading import at, items
from libs.kernel.ids import CommitId
from libs.kernel.pullrequests import Check, Comment, Conclusion, PullRequest
from libs.ports.clock import Clock

_PAGE_ITEMS: Final = 50
"""What servers give on a page unless they are told otherwise."""

_STATES: Final[Mapping[Conclusion, str]] = {
    Conclusion.PENDING: "pending",
    Conclusion.SUCCESS: "success",
    Conclusion.NEUTRAL: "warning",
    Conclusion.FAILURE: "failure",
}


class Gitea:
    """The port `Forge` over Gitea's REST interface."""

    comment_chars_max = 65_000
    folds = True

    def __init__(self, account: Account, clock: Clock) -> None:
        """Speak about one repository."""
        self._at = f"/repos/{account.repository}"
        headers = {"authorization": f"token {account.token}"}
        self._connection = Connection(account.url, headers, clock)
        self._comments = IssueComments(self._connection, self._at, account.login)

    def open_requests(self) -> Sequence[PullRequest]:
        """All open pull requests, by number."""
        pages = self._connection.pages(f"{self._at}/pulls", state="open", limit=_PAGE_ITEMS)
        return sorted(map(self._request, items(pages)), key=lambda one: one.number)

    def _request(self, found: Any) -> PullRequest:
        foreign = at(found, "head", "repo_id") != at(found, "base", "repo_id")
        return pull_request(found, foreign=foreign)

    def comment(self, number: int, marker: str) -> Comment | None:
        """Our comment under a pull request; Gitea gives all comments of one in a single list."""
        found = self._connection.get(f"{self._at}/issues/{number}/comments")
        return self._comments.ours([found], marker)

    def put_comment(self, number: int, body: str, former: Comment | None) -> None:
        """Write a comment, or another text into the former one."""
        self._comments.put(number, body, former)

    def put_check(self, commit: CommitId, check: Check) -> None:
        """Set a status of the commit. Gitea has no remarks about lines."""
        content = {
            "state": _STATES[check.conclusion],
            "context": check.name,
            "description": check.title[:TITLE_CHARS_MAX],
            "target_url": check.page,
        }
        self._connection.send("POST", f"{self._at}/statuses/{commit}", content)
