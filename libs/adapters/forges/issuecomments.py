"""Comments under issues, as GitHub and Gitea have them: a pull request is an issue there."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from libs.adapters.forges.connection import Connection
from libs.adapters.forges.reading import at, items, number
from libs.kernel.pullrequests import Comment


@dataclass(frozen=True, slots=True)
class IssueComments:
    """The comments of a repository that is at `place`; those of `login` are ours."""

    connection: Connection
    place: str
    login: str

    def ours(self, pages: Iterable[Any], marker: str) -> Comment | None:
        """Return the first of our comments that contains `marker`."""
        for one in items(pages):
            body = at(one, "body")
            mine = at(one, "user", "login") == self.login
            if mine and isinstance(body, str) and marker in body:
                return Comment(str(number(one, "id")), body)
        return None

    def put(self, issue: int, body: str, former: Comment | None) -> None:
        """Write a comment, or another text into the former one."""
        if former is None:
            path = f"{self.place}/issues/{issue}/comments"
            self.connection.send("POST", path, {"body": body})
        else:
            path = f"{self.place}/issues/comments/{former.id}"
            self.connection.send("PATCH", path, {"body": body})
