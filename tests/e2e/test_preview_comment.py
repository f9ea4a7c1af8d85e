"""A delivery of a forge becomes a comment: both processes, a real repository, real requests."""

import hashlib
import hmac
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from libs.fakes.forge import LOGIN
from libs.kernel.ids import CommitId
from tests.forges.gitea import GITEA
from tests.forges.server import ForgeServer
from tests.forges.state import REPOSITORY, TOKEN, Proposal
from tools.child.ports import free_ports
from tools.child.process import Child, ChildSpec
from tools.gitremote.remote import GitRemote

_ROOT = Path(__file__).parents[2]
_SECRET = "a secret of the tests"
_HEAD = "refs/pull/7/head"
_TIMEOUT_S = 60
_RULES = """apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: reviews, namespace: default}
spec:
  host: reviews
  subsets: [{name: v1, labels: {version: v1}}, {name: v2, labels: {version: v2}}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews, namespace: default}
spec:
  hosts: [reviews]
  http:
%s  - route: [{destination: {host: reviews, subset: v1}}]
"""
_CANARY = """  - match:
    - method: {exact: GET}
      uri: {prefix: /reviews/}
      headers: {end-user: {exact: jason}}
    route: [{destination: {host: reviews, subset: v2}}]
"""


def _bookinfo(rules: str) -> dict[str, bytes]:
    """Return the example fleet with these rules for reviews."""
    found = [_ROOT / "fleet.yaml"]
    found += [*(_ROOT / "configs/bookinfo").rglob("*.yaml"), *(_ROOT / "clusters").rglob("*.yaml")]
    files = {str(path.relative_to(_ROOT)): path.read_bytes() for path in found}
    return files | {"configs/bookinfo/reviews.yaml": rules.encode()}


@dataclass(frozen=True, slots=True)
class _Stage:
    """A repository at a forge, and both services."""

    remote: GitRemote
    server: ForgeServer
    previewer: Child
    door: str

    def deliver(self, event: str, **changed: str) -> int:
        """Send a signed delivery."""
        body = json.dumps({"repository": {"full_name": REPOSITORY}}).encode()
        signature = hmac.new(_SECRET.encode(), body, hashlib.sha256).hexdigest()
        headers = {
            "content-type": "application/json",
            "x-gitea-event": event,
            "x-gitea-delivery": "d-1",
            "x-gitea-signature": signature,
        } | {name.replace("_", "-"): value for name, value in changed.items()}
        return httpx2.post(f"{self.door}/webhooks/main", content=body, headers=headers).status_code

    @property
    def comments(self) -> list[str]:
        """What we wrote under the pull request."""
        found = self.server.state.comments.get(7, [])
        return [one.body for one in found if one.login == LOGIN]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[_Stage]:
    """Both services, before a forge that has one open pull request: the canary."""
    remote, server = GitRemote(tmp_path / "remote.git"), ForgeServer(GITEA)
    trigger, door = free_ports(2)
    pages = f"http://127.0.0.1:{door}/previews"
    previewer = _service(
        "previewer",
        {
            "FORGE": "gitea",
            "FORGE_URL": server.url,
            "FORGE_REPOSITORY": REPOSITORY,
            "FORGE_LOGIN": LOGIN,
            "FORGE_TOKEN": TOKEN,
            "REPOSITORY": str(remote.path),
            "MIRROR": str(tmp_path / "mirror.git"),
            "POLL_S": "3600",
            "TRIGGER": f"127.0.0.1:{trigger}",
            "PAGES": str(tmp_path / "pages"),
            "PAGES_URL": pages,
        },
        tmp_path,
    )
    hook = {
        "name": "main",
        "forge": "gitea",
        "repository": REPOSITORY,
        "secret": _SECRET,
        "requests": [f"http://127.0.0.1:{trigger}/trigger"],
    }
    settings = {"PORT": str(door), "WEBHOOKS": json.dumps([hook]), "PAGES": str(tmp_path / "pages")}
    api = _service("api", settings, tmp_path)
    try:
        previewer.wait_until("get ready", lambda: _is_ready(previewer), _TIMEOUT_S)
        api.wait_until("get ready", lambda: _is_ready(api), _TIMEOUT_S)
        yield _Stage(remote, server, previewer, f"http://127.0.0.1:{door}")
    finally:
        api.stop()
        previewer.stop()
        server.close()


def _service(name: str, settings: Mapping[str, str], folder: Path) -> Child:
    prefix = f"PERIPLUS_{name.upper()}_"
    env = {prefix + key: value for key, value in settings.items()}
    command = [sys.executable, "-m", f"services.{name}"]
    return Child(ChildSpec(name, command, folder / f"{name}.log", env))


def _is_ready(child: Child) -> bool:
    return "ready" in child.spec.log.read_text(encoding="utf-8")


def test_the_canary_of_bookinfo_is_a_sentence(stage: _Stage) -> None:
    """Who moves, from where to where, and that nobody else does; the page has the rest."""
    base = stage.remote.commit(_bookinfo(_RULES % ""))
    head = stage.remote.commit(_bookinfo(_RULES % _CANARY), parent=base, ref=_HEAD)
    stage.server.state.proposals[7] = Proposal(7, CommitId(head))
    assert stage.deliver("pull_request", x_gitea_signature="0" * 64) == 403
    assert stage.deliver("pull_request") == 202
    stage.previewer.wait_until("comment", lambda: stage.server.state.conclusions, _TIMEOUT_S)
    stage.previewer.wait_until("comment", lambda: stage.comments, _TIMEOUT_S)
    (comment,) = stage.comments
    assert "**1 routing change: 1 moved.**" in comment
    assert "### clusters cluster1, cluster2" in comment
    assert (
        "GET /reviews/* with `end-user: jason` moves from v1 to v2; all others unchanged" in comment
    )
    page = comment.rpartition("(")[2].partition(")")[0]
    assert "GET /reviews/* with `end-user: jason`" in httpx2.get(page).text
    assert stage.deliver("pull_request") == 409
