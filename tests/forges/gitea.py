"""Gitea's interface, as far as the product uses it."""

from typing import Any

from tests.forges.issues import comment, edit, pull, write
from tests.forges.server import Answer, Asked, Interface, page_of
from tests.forges.state import REPOSITORY, TOKEN, Proposal, State

_AT = f"/repos/{REPOSITORY}"
_PAGE = 30
_PAGE_MAX = 50


def _pulls(state: State, asked: Asked) -> Answer:
    size = min(int(asked.query.get("limit", _PAGE)), _PAGE_MAX)
    some, following = page_of(state.open_ones(), asked, size)
    links = {"link": f'<{following}>; rel="next"'} if following else {}
    return Answer(200, [_pull(one) for one in some], links)


def _pull(one: Proposal) -> dict[str, Any]:
    return pull(one, {"repo_id": 8 if one.fork else 7}, {"repo_id": 7})


def _comments(state: State, asked: Asked) -> Answer:
    """Gitea pages no comments of a single pull request."""
    return Answer(200, [comment(one) for one in state.comments.get(int(asked.place[0]), [])])


def _status(state: State, asked: Asked) -> Answer:
    content = asked.content
    state.conclusions[(asked.place[0], content["context"])] = content["state"]
    return Answer(201, {"status": content["state"], "context": content["context"]})


GITEA = Interface(
    {
        ("GET", f"{_AT}/pulls"): _pulls,
        ("GET", rf"{_AT}/issues/(\d+)/comments"): _comments,
        ("POST", rf"{_AT}/issues/(\d+)/comments"): write,
        ("PATCH", rf"{_AT}/issues/comments/(\d+)"): edit,
        ("POST", rf"{_AT}/statuses/(\w+)"): _status,
    },
    ("authorization", f"token {TOKEN}"),
)
