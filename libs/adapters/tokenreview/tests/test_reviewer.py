"""A real API server says whose tokens are whose."""

from pathlib import Path
from typing import Any

import pytest

from libs.adapters.tokenreview.reviewer import AUDIENCE, ApiAccess, KubernetesTokenReviewer
from libs.kernel.looperrors import StalledError, TransientError
from libs.ports.tokenreview import ReviewedAccount
from tools.kubeapi.fleet import Fleet
from tools.kubeapi.pool import pooled
from tools.kubeapi.server import ApiServer

ACCOUNTS = "/api/v1/namespaces/default/serviceaccounts"


@pytest.fixture(scope="module")
def server(kube_fleet: Fleet) -> ApiServer:
    """A cluster with one service account, and a user that may do nothing."""
    (made,) = pooled(kube_fleet)
    return made


def _reviewer(server: ApiServer, folder: Path, user: str = "admin") -> KubernetesTokenReviewer:
    own = folder / "own-token"
    own.write_text(server.token(user) + "\n", encoding="utf-8")
    return KubernetesTokenReviewer(ApiAccess(server.url, server.ca_file, own))


def _account(server: ApiServer, name: str) -> None:
    body = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name}}
    assert server.call("POST", ACCOUNTS, body).status == 201


def _token(server: ApiServer, name: str, audience: str = AUDIENCE, **spec: Any) -> str:
    body = {
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenRequest",
        "spec": {"audiences": [audience], **spec},
    }
    answer = server.call("POST", f"{ACCOUNTS}/{name}/token", body)
    assert answer.status == 201, answer.body
    return str(answer.body["status"]["token"])


def test_tokens_are_known_for_our_audience_only(server: ApiServer, tmp_path: Path) -> None:
    """One that was made for the API server itself is nobody's here."""
    _account(server, "cart")
    reviewer = _reviewer(server, tmp_path)
    assert reviewer.review(_token(server, "cart")) == ReviewedAccount("default", "cart")
    assert reviewer.review(_token(server, "cart", "api")) is None


def test_forged_tokens_and_those_of_persons_are_nobodys(server: ApiServer, tmp_path: Path) -> None:
    """Neither a changed signature nor a name that only looks alike helps."""
    _account(server, "forged")
    reviewer = _reviewer(server, tmp_path)
    head, body, signature = _token(server, "forged").split(".")
    flipped = ("A" if signature[0] != "A" else "B") + signature[1:]
    for token in ("", "x", f"{head}.{body}.{flipped}", server.token(), "y" * 20_000):
        assert reviewer.review(token) is None


def test_the_token_of_a_deleted_account_is_nobodys(server: ApiServer, tmp_path: Path) -> None:
    """Its signature still holds; the API server knows better.

    A token that it has seen a moment ago it goes on knowing for some seconds.
    """
    _account(server, "gone")
    reviewer, token = _reviewer(server, tmp_path), _token(server, "gone")
    assert server.call("DELETE", f"{ACCOUNTS}/gone").status == 200
    assert reviewer.review(token) is None


def test_who_may_not_review_needs_a_person(server: ApiServer, tmp_path: Path) -> None:
    """The sentence names what to bind."""
    with pytest.raises(StalledError, match="system:auth-delegator") as caught:
        _reviewer(server, tmp_path, "nobody").review("some-token")
    assert "some-token" not in str(caught.value)


def test_a_server_that_is_away_may_come_back(server: ApiServer, tmp_path: Path) -> None:
    """Nothing of the token is in what is said."""
    (tmp_path / "own").write_text("t", encoding="utf-8")
    access = ApiAccess("https://127.0.0.1:1", server.ca_file, tmp_path / "own")
    with pytest.raises(TransientError) as caught:
        KubernetesTokenReviewer(access).review("some-token")
    assert "some-token" not in str(caught.value)
    with pytest.raises(StalledError, match="cannot be read"):
        KubernetesTokenReviewer(ApiAccess("https://x", tmp_path / "none", tmp_path / "own"))
