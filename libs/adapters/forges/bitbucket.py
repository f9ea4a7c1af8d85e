"""A repository at Bitbucket Cloud."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from libs.adapters.forges.account import Account
from libs.adapters.forges.connection import Connection
from libs.adapters.forges.limits import TITLE_CHARS_MAX
from libs.adapters.forges.reading import at, items, number, text
from libs.kernel.ids import CommitId
from libs.kernel.messages import Level
from libs.kernel.pullrequests import Annotation, Check, Comment, Conclusion, PullRequest
from libs.ports.clock import Clock

_PAGE_ITEMS: Final = 50
_ANNOTATIONS_MAX: Final = 1_000
_ANNOTATIONS_AT_ONCE: Final = 100
_STATES: Final[Mapping[Conclusion, str]] = {
    Conclusion.PENDING: "INPROGRESS",
    Conclusion.SUCCESS: "SUCCESSFUL",
    Conclusion.NEUTRAL: "SUCCESSFUL",
    Conclusion.FAILURE: "FAILED",
}
_SEVERITIES: Final[Mapping[Level, str]] = {
    Level.ERROR: "HIGH",
    Level.WARNING: "MEDIUM",
    Level.INFO: "LOW",
}


class Bitbucket:
    """The port `Forge` over Bitbucket Cloud's REST interface. Its Markdown folds nothing away."""

    comment_chars_max = 32_000
    folds = False

    def __init__(self, account: Account, clock: Clock) -> None:
        """Speak about one repository, `workspace/name`."""
        self._account = account
        self._at = f"/repositories/{account.repository}"
        headers = {"authorization": f"Bearer {account.token}"}
        self._connection = Connection(account.url, headers, clock)

    def open_requests(self) -> Sequence[PullRequest]:
        """All open pull requests, by number."""
        pages = self._connection.pages(
            f"{self._at}/pullrequests", state="OPEN", pagelen=_PAGE_ITEMS
        )
        found = map(self._request, items(pages, "values"))
        return sorted(found, key=lambda one: one.number)

    def _request(self, found: Any) -> PullRequest:
        source, target = at(found, "source"), at(found, "destination")
        origins = [at(one, "repository", "full_name") for one in (source, target)]
        foreign = origins[0] != origins[1]
        branch = f"refs/heads/{text(source, 'branch', 'name')}"
        return PullRequest(
            number(found, "id"),
            text(found, "title"),
            str(at(found, "author", "nickname") or ""),
            CommitId(text(source, "commit", "hash")),
            None if foreign else branch,
            f"refs/heads/{text(target, 'branch', 'name')}",
            foreign,
        )

    def comment(self, number: int, marker: str) -> Comment | None:
        """Our comment under a pull request."""
        pages = self._connection.pages(
            f"{self._at}/pullrequests/{number}/comments", pagelen=_PAGE_ITEMS, sort="created_on"
        )
        for one in items(pages, "values"):
            body = at(one, "content", "raw")
            ours = at(one, "user", "nickname") == self._account.login and not at(one, "deleted")
            if ours and isinstance(body, str) and marker in body:
                return Comment(str(at(one, "id")), body)
        return None

    def put_comment(self, number: int, body: str, former: Comment | None) -> None:
        """Write a comment, or another text into the former one."""
        path = f"{self._at}/pullrequests/{number}/comments"
        content = {"content": {"raw": body}}
        if former is None:
            self._connection.send("POST", path, content)
        else:
            self._connection.send("PUT", f"{path}/{former.id}", content)

    def put_check(self, commit: CommitId, check: Check) -> None:
        """Set a build status, and a report with remarks where there are any."""
        key = quote(check.name, safe="")
        content = {
            "key": check.name,
            "name": check.name,
            "state": _STATES[check.conclusion],
            "description": check.title[:TITLE_CHARS_MAX],
            "url": check.page or self._account.url,
        }
        at_commit = f"{self._at}/commit/{commit}"
        self._connection.send("POST", f"{at_commit}/statuses/build", content)
        if check.annotations:
            report = {
                "title": check.name,
                "details": check.title,
                "report_type": "TEST",
                "result": "FAILED" if check.conclusion is Conclusion.FAILURE else "PASSED",
            }
            self._connection.send("PUT", f"{at_commit}/reports/{key}", report)
            for some in _portions(check.annotations[:_ANNOTATIONS_MAX]):
                self._connection.send("POST", f"{at_commit}/reports/{key}/annotations", some)


def _portions(annotations: Sequence[Annotation]) -> Iterator[list[dict[str, Any]]]:
    for first in range(0, len(annotations), _ANNOTATIONS_AT_ONCE):
        some = annotations[first : first + _ANNOTATIONS_AT_ONCE]
        yield [_remark(first + place, one) for place, one in enumerate(some)]


def _remark(place: int, one: Annotation) -> dict[str, Any]:
    return {
        "external_id": f"{place}",
        "annotation_type": "BUG" if one.level is Level.ERROR else "CODE_SMELL",
        "path": one.file,
        "line": one.line,
        "severity": _SEVERITIES[one.level],
        "summary": one.title[:450],
        "details": one.text[:2_000],
    }
