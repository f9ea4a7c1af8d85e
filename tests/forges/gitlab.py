"""GitLab's interface, as far as the product uses it."""

from typing import Any

from tests.forges.server import Answer, Asked, Interface, page_of
from tests.forges.state import REPOSITORY, TOKEN, Proposal, State, Written

_AT = f"/projects/{REPOSITORY.replace('/', '%2F')}"
_PAGE = 20


def _requests(state: State, asked: Asked) -> Answer:
    size = min(int(asked.query.get("per_page", _PAGE)), 100)
    some, following = page_of(state.open_ones(), asked, size)
    return Answer(200, [_request(one) for one in some], _link(following))


def _request(one: Proposal) -> dict[str, Any]:
    return {
        "id": 1_000 + one.number,
        "iid": one.number,
        "title": one.title,
        "state": "opened" if one.is_open else "closed",
        "author": {"username": one.author},
        "sha": one.head,
        "source_branch": one.branch,
        "target_branch": one.base,
        "source_project_id": 8 if one.fork else 7,
        "target_project_id": 7,
    }


def _notes(state: State, asked: Asked) -> Answer:
    size = min(int(asked.query.get("per_page", _PAGE)), 100)
    found = state.comments.get(int(asked.place[0]), [])
    ordered = found if asked.query.get("sort") == "asc" else found[::-1]
    some, following = page_of(ordered, asked, size)
    return Answer(200, [_note(one) for one in some], _link(following))


def _note(one: Written) -> dict[str, Any]:
    return {"id": one.id, "body": one.body, "author": {"username": one.login}, "system": False}


def _write(state: State, asked: Asked) -> Answer:
    return Answer(201, _note(state.write(int(asked.place[0]), asked.content["body"])))


def _edit(state: State, asked: Asked) -> Answer:
    found = state.edit(int(asked.place[1]), asked.content["body"])
    return Answer(200, _note(found)) if found else Answer(404, {"message": "404 Not found"})


def _status(state: State, asked: Asked) -> Answer:
    content = asked.content
    state.conclusions[(asked.place[0], content["name"])] = content["state"]
    return Answer(201, {"status": content["state"], "name": content["name"]})


def _link(following: str | None) -> dict[str, str]:
    return {"link": f'<{following}>; rel="next"'} if following else {}


GITLAB = Interface(
    {
        ("GET", f"{_AT}/merge_requests"): _requests,
        ("GET", rf"{_AT}/merge_requests/(\d+)/notes"): _notes,
        ("POST", rf"{_AT}/merge_requests/(\d+)/notes"): _write,
        ("PUT", rf"{_AT}/merge_requests/(\d+)/notes/(\d+)"): _edit,
        ("POST", rf"{_AT}/statuses/(\w+)"): _status,
    },
    ("private-token", TOKEN),
)
