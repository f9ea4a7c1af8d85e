"""What the interfaces of GitHub and Gitea have alike: pull requests and comments as issues."""

from collections.abc import Mapping
from typing import Any

from tests.forges.server import Answer, Asked
from tests.forges.state import Proposal, State, Written


def pull(one: Proposal, head: Mapping[str, Any], base: Mapping[str, Any]) -> dict[str, Any]:
    """Describe a pull request; `head` and `base` say whose repositories its ends are in."""
    return {
        "number": one.number,
        "title": one.title,
        "state": "open" if one.is_open else "closed",
        "user": {"login": one.author},
        "head": {"sha": one.head, "ref": one.branch, **head},
        "base": {"sha": "0" * 40, "ref": one.base, **base},
    }


def comment(one: Written) -> dict[str, Any]:
    """Describe a comment."""
    return {"id": one.id, "body": one.body, "user": {"login": one.login}}


def write(state: State, asked: Asked) -> Answer:
    """Add a comment."""
    return Answer(201, comment(state.write(int(asked.place[0]), asked.content["body"])))


def edit(state: State, asked: Asked) -> Answer:
    """Change a comment."""
    found = state.edit(int(asked.place[0]), asked.content["body"])
    return Answer(200, comment(found)) if found else Answer(404, {"message": "Not Found"})
