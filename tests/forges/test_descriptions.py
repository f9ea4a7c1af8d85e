"""What we say to forges, and what our servers answer in tests, is in what forges publish.

GitLab and Bitbucket publish no description that can be had without them; docs/guides/previews.md
calls their support experimental.
"""

import hashlib
import hmac
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from libs.adapters.forges.account import Account
from libs.adapters.forges.gitea import Gitea
from libs.adapters.forges.github import GitHub
from libs.adapters.forges.webhooks import Concern, Endpoint, ForgeKind, read
from libs.adapters.system.clock import SystemClock
from libs.fakes.forge import LOGIN
from libs.kernel.ids import CommitId
from libs.kernel.messages import Level
from libs.kernel.pullrequests import Annotation, Check, Comment, Conclusion
from libs.ports.clock import Clock
from libs.ports.forge import Forge
from tests.forges.description import Description
from tests.forges.gitea import GITEA
from tests.forges.github import GITHUB
from tests.forges.server import Exchange, ForgeServer, Interface
from tests.forges.state import REPOSITORY, TOKEN, Proposal

_COMMIT = CommitId("a" * 40)
_REMARK = Annotation("a.yaml", 3, Level.WARNING, "PER0101", "write another")


def _exchanges(
    make: Callable[[Account, Clock], Forge], interface: Interface, *, checks: bool
) -> list[Exchange]:
    """Do everything that can be done at a forge once."""
    server = ForgeServer(interface)
    server.state.proposals = {
        1: Proposal(1, _COMMIT),
        2: Proposal(2, _COMMIT, fork=True),
    }
    try:
        account = Account(server.url, REPOSITORY, LOGIN, TOKEN, checks)
        forge = make(account, SystemClock())
        forge.open_requests()
        forge.put_comment(1, "first", None)
        former = forge.comment(1, "first")
        assert isinstance(former, Comment)
        forge.put_comment(1, "second", former)
        for conclusion in Conclusion:
            page = "https://periplus.example/1" if conclusion is Conclusion.SUCCESS else ""
            forge.put_check(_COMMIT, Check("periplus", conclusion, "words", page, (_REMARK,) * 60))
    finally:
        server.close()
    return server.exchanges


@pytest.mark.parametrize(
    ("name", "make", "interface", "checks"),
    [
        ("github.json", GitHub, GITHUB, False),
        ("github.json", GitHub, GITHUB, True),
        ("gitea.json", Gitea, GITEA, False),
    ],
)
def test_every_exchange_is_in_the_description(
    name: str,
    make: Callable[[Account, Clock], Forge],
    interface: Interface,
    *,
    checks: bool,
    forge_descriptions: Path,
) -> None:
    """Operations, fields and their types, of requests and answers alike."""
    description = Description(json.loads((forge_descriptions / name).read_bytes()))
    exchanges = _exchanges(make, interface, checks=checks)
    assert len(exchanges) >= 8
    assert [fault for one in exchanges for fault in description.faults(one)] == []


@pytest.mark.parametrize(
    "wrong",
    [
        Exchange("GET", f"/repos/{REPOSITORY}/nothing", None, 200, []),
        Exchange("POST", f"/repos/{REPOSITORY}/statuses/{_COMMIT}", {"state": "fine"}, 201, {}),
        Exchange("GET", f"/repos/{REPOSITORY}/pulls", None, 200, [{"number": "1"}]),
        Exchange("GET", f"/repos/{REPOSITORY}/pulls", None, 200, [{"color": "red"}]),
        Exchange("GET", f"/repos/{REPOSITORY}/pulls", None, 299, []),
    ],
)
def test_an_exchange_that_is_not_is_found(wrong: Exchange, forge_descriptions: Path) -> None:
    """So that the test above can fail."""
    description = Description(json.loads((forge_descriptions / "github.json").read_bytes()))
    assert list(description.faults(wrong))


def test_examples_of_deliveries_are_understood(forge_descriptions: Path) -> None:
    """Every example of GitHub that is about a repository, signed as GitHub would sign it."""
    examples = json.loads((forge_descriptions / "deliveries.json").read_bytes())
    secret, seen = "a secret of the tests", dict.fromkeys(Concern, 0)
    for event in examples:
        for number, example in enumerate(event["examples"]):
            repository = (example.get("repository") or {}).get("full_name")
            if repository is None:
                continue
            body = json.dumps(example).encode()
            digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
            headers = (
                ("content-type", "application/json"),
                ("x-github-event", event["name"]),
                ("x-github-delivery", f"{event['name']}-{number}"),
                ("x-hub-signature-256", f"sha256={digest}"),
            )
            endpoint = Endpoint(ForgeKind.GITHUB, repository, secret)
            seen[read(endpoint, headers, body, 0.0).concern] += 1
    assert seen[Concern.PUSH] >= 5
    assert seen[Concern.PULL_REQUEST] >= 20
    assert seen[Concern.OTHER] >= 50
