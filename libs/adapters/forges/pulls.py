"""Pull requests as GitHub and Gitea describe them."""

from typing import Any

from libs.adapters.forges.reading import number, text
from libs.kernel.ids import CommitId
from libs.kernel.pullrequests import PullRequest


def pull_request(found: Any, *, foreign: bool) -> PullRequest:
    """Take a description apart. Raises TransientError where something is missing."""
    place = number(found, "number")
    return PullRequest(
        place,
        text(found, "title"),
        text(found, "user", "login"),
        CommitId(text(found, "head", "sha")),
        f"refs/pull/{place}/head",
        f"refs/heads/{text(found, 'base', 'ref')}",
        foreign,
    )
