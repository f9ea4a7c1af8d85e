"""GitHub's interface, as far as the product uses it."""

from typing import Any

from tests.forges.issues import comment, edit, pull, write
from tests.forges.server import Answer, Asked, Interface, page_of
from tests.forges.state import REPOSITORY, TOKEN, Proposal, State

_AT = f"/repos/{REPOSITORY}"
_PAGE = 30


def _pulls(state: State, asked: Asked) -> Answer:
    size = min(int(asked.query.get("per_page", _PAGE)), 100)
    some, following = page_of(state.open_ones(), asked, size)
    return Answer(200, [_pull(one) for one in some], _link(following))


def _pull(one: Proposal) -> dict[str, Any]:
    base = {"full_name": REPOSITORY}
    head = {"full_name": "ann/configs"} if one.fork else base
    return pull(one, {"repo": head}, {"repo": base})


def _comments(state: State, asked: Asked) -> Answer:
    size = min(int(asked.query.get("per_page", _PAGE)), 100)
    some, following = page_of(state.comments.get(int(asked.place[0]), []), asked, size)
    return Answer(200, [comment(one) for one in some], _link(following))


def _status(state: State, asked: Asked) -> Answer:
    content = asked.content
    state.conclusions[(asked.place[0], content["context"])] = content["state"]
    return Answer(201, {"state": content["state"], "context": content["context"]})


def _run(state: State, asked: Asked) -> Answer:
    content = asked.content
    place = content["head_sha"], content["name"]
    state.conclusions[place] = content.get("conclusion", "pending")
    state.remarks[content["head_sha"]] = len(content["output"]["annotations"])
    state.last_id += 1
    return Answer(201, {"id": state.last_id, "name": content["name"]})


def _more(state: State, asked: Asked) -> Answer:
    remarks = asked.content["output"]["annotations"]
    if len(remarks) > 50:
        return Answer(422, {"message": "too many annotations"})
    (commit,) = state.remarks
    state.remarks[commit] += len(remarks)
    return Answer(200, {"id": int(asked.place[0])})


def _link(following: str | None) -> dict[str, str]:
    return {"link": f'<{following}>; rel="next"'} if following else {}


GITHUB = Interface(
    {
        ("GET", f"{_AT}/pulls"): _pulls,
        ("GET", rf"{_AT}/issues/(\d+)/comments"): _comments,
        ("POST", rf"{_AT}/issues/(\d+)/comments"): write,
        ("PATCH", rf"{_AT}/issues/comments/(\d+)"): edit,
        ("POST", rf"{_AT}/statuses/(\w+)"): _status,
        ("POST", f"{_AT}/check-runs"): _run,
        ("PATCH", rf"{_AT}/check-runs/(\d+)"): _more,
    },
    ("authorization", f"Bearer {TOKEN}"),
)
