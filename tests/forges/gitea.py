"""Gitea's interface, as far as the product uses it."""

from typing import Any

from tests.forges.server import Answer, Asked, Interface, page_of
from tests.forges.state import REPOSITORY, TOKEN, Proposal, State, Written

_AT = f"/repos/{REPOSITORY}"
_PAGE = 30
_PAGE_MAX = 50


def _pulls(state: State, asked: Asked) -> Answer:
    size = min(int(asked.query.get("limit", _PAGE)), _PAGE_MAX)
    some, following = page_of(state.open_ones(), asked, size)
    links = {"link": f'<{following}>; rel="next"'} if following else {}
    return Answer(200, [_pull(one) for one in some], links)


def _pull(one: Proposal) -> dict[str, Any]:
    return {
        "number": one.number,
        "title": one.title,
        "state": "open" if one.is_open else "closed",
        "user": {"login": one.author},
        "head": {"sha": one.head, "ref": one.branch, "repo_id": 8 if one.fork else 7},
        "base": {"sha": "0" * 40, "ref": one.base, "repo_id": 7},
    }


def _comments(state: State, asked: Asked) -> Answer:
    """Gitea pages no comments of a single pull request."""
    return Answer(200, [_comment(one) for one in state.comments.get(int(asked.place[0]), [])])


def _comment(one: Written) -> dict[str, Any]:
    return {"id": one.id, "body": one.body, "user": {"login": one.login}}


def _write(state: State, asked: Asked) -> Answer:
    return Answer(201, _comment(state.write(int(asked.place[0]), asked.content["body"])))


def _edit(state: State, asked: Asked) -> Answer:
    found = state.edit(int(asked.place[0]), asked.content["body"])
    return Answer(200, _comment(found)) if found else Answer(404, {"message": "Not Found"})


def _status(state: State, asked: Asked) -> Answer:
    content = asked.content
    state.conclusions[(asked.place[0], content["context"])] = content["state"]
    return Answer(201, {"status": content["state"], "context": content["context"]})


GITEA = Interface(
    {
        ("GET", f"{_AT}/pulls"): _pulls,
        ("GET", rf"{_AT}/issues/(\d+)/comments"): _comments,
        ("POST", rf"{_AT}/issues/(\d+)/comments"): _write,
        ("PATCH", rf"{_AT}/issues/comments/(\d+)"): _edit,
        ("POST", rf"{_AT}/statuses/(\w+)"): _status,
    },
    ("authorization", f"token {TOKEN}"),
)
