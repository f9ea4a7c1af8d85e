"""Bitbucket Cloud's interface, as far as the product uses it."""

from typing import Any

from tests.forges.server import Answer, Asked, Interface, page_of
from tests.forges.state import REPOSITORY, TOKEN, Proposal, State, Written

_AT = f"/repositories/{REPOSITORY}"
_PAGE = 10


def _requests(state: State, asked: Asked) -> Answer:
    return _paged([_request(one) for one in state.open_ones()], asked)


def _paged(found: list[Any], asked: Asked) -> Answer:
    size = min(int(asked.query.get("pagelen", _PAGE)), 100)
    some, following = page_of(found, asked, size)
    rest = {"next": following} if following else {}
    return Answer(200, {"values": some, "pagelen": size} | rest)


def _request(one: Proposal) -> dict[str, Any]:
    ours = {"full_name": REPOSITORY}
    return {
        "id": one.number,
        "title": one.title,
        "state": "OPEN" if one.is_open else "DECLINED",
        "author": {"nickname": one.author},
        "source": {
            "branch": {"name": one.branch},
            "commit": {"hash": one.head},
            "repository": {"full_name": "ann/configs"} if one.fork else ours,
        },
        "destination": {"branch": {"name": one.base}, "repository": ours},
    }


def _comments(state: State, asked: Asked) -> Answer:
    return _paged([_comment(one) for one in state.comments.get(int(asked.place[0]), [])], asked)


def _comment(one: Written) -> dict[str, Any]:
    content = {"raw": one.body, "markup": "markdown"}
    return {"id": one.id, "content": content, "user": {"nickname": one.login}, "deleted": False}


def _write(state: State, asked: Asked) -> Answer:
    written = state.write(int(asked.place[0]), asked.content["content"]["raw"])
    return Answer(201, _comment(written))


def _edit(state: State, asked: Asked) -> Answer:
    found = state.edit(int(asked.place[1]), asked.content["content"]["raw"])
    return Answer(200, _comment(found)) if found else Answer(404, {"type": "error"})


def _status(state: State, asked: Asked) -> Answer:
    content = asked.content
    state.conclusions[(asked.place[0], content["key"])] = content["state"]
    return Answer(201, {"state": content["state"], "key": content["key"]})


def _report(state: State, asked: Asked) -> Answer:
    state.remarks[asked.place[0]] = 0
    return Answer(200, {"title": asked.content["title"]})


def _remarks(state: State, asked: Asked) -> Answer:
    if len(asked.content) > 100:
        return Answer(400, {"type": "error"})
    state.remarks[asked.place[0]] += len(asked.content)
    return Answer(200, asked.content)


BITBUCKET = Interface(
    {
        ("GET", f"{_AT}/pullrequests"): _requests,
        ("GET", rf"{_AT}/pullrequests/(\d+)/comments"): _comments,
        ("POST", rf"{_AT}/pullrequests/(\d+)/comments"): _write,
        ("PUT", rf"{_AT}/pullrequests/(\d+)/comments/(\d+)"): _edit,
        ("POST", rf"{_AT}/commit/(\w+)/statuses/build"): _status,
        ("PUT", rf"{_AT}/commit/(\w+)/reports/([\w-]+)"): _report,
        ("POST", rf"{_AT}/commit/(\w+)/reports/([\w-]+)/annotations"): _remarks,
    },
    ("authorization", f"Bearer {TOKEN}"),
)
