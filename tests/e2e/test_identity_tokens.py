"""A real authority and a real API server: whose tokens get certificates, and whose do not."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from libs.adapters.cagrpc.calls import SigningCall
from libs.adapters.cagrpc.client import CaClient
from libs.kernel.looperrors import StalledError
from libs.pki.certificates import identity_of, read_certificates
from libs.pki.keys import key_pem, new_key
from libs.pki.requests import new_request
from libs.pki.spiffe import SpiffeId
from tests.e2e.identityrig import CLOCK, DOMAIN, Certifying, Rig, a_root, rig
from tests.e2e.tokens import altered, unsigned
from tools.kubeapi.fleet import Fleet
from tools.kubeapi.pool import pooled
from tools.kubeapi.server import ApiServer

CART = SpiffeId(DOMAIN, "shop", "cart")
NAMESPACES = "/api/v1/namespaces"
ACCOUNTS = f"{NAMESPACES}/shop/serviceaccounts"
_GONE = {"namespace": "shop", "serviceaccount": {"name": "cart", "uid": "0-0-0-0"}}


@pytest.fixture(scope="module")
def cluster(kube_fleet: Fleet) -> ApiServer:
    """A cluster with the service account `cart` in namespace `shop`."""
    (server,) = pooled(kube_fleet)
    for path, name in ((NAMESPACES, "shop"), (ACCOUNTS, "cart")):
        kind = "Namespace" if path == NAMESPACES else "ServiceAccount"
        body = {"apiVersion": "v1", "kind": kind, "metadata": {"name": name}}
        assert server.call("POST", path, body).status == 201
    return server


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    """A rig without Envoys."""
    with rig(tmp_path, Path()) as one:
        yield one


def _token(cluster: ApiServer, audience: str = "istio-ca") -> str:
    body = {
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenRequest",
        "spec": {"audiences": [audience]},
    }
    answer = cluster.call("POST", f"{ACCOUNTS}/cart/token", body)
    return str(answer.body["status"]["token"])


def _certifying(made: Rig, cluster: ApiServer) -> Certifying:
    (made.folder / "own").write_text(cluster.token(), encoding="utf-8")
    reviewer = {
        "cluster": "east",
        "server": cluster.url,
        "authorities": str(cluster.ca_file),
        "token_file": str(made.folder / "own"),
    }
    return made.certifying("mesh", a_root(), "east", "west", REVIEWERS=json.dumps([reviewer]))


def _asked(ca: Certifying, token: str, name: SpiffeId = CART, cluster: str = "east") -> SpiffeId:
    """Ask for a certificate; return whose it is."""
    call = SigningCall(new_request(new_key(), name), 0, token=token, cluster=cluster)
    client = CaClient(f"127.0.0.1:{ca.ports[0]}")
    answer = asyncio.run(client.certify(call, (ca.folder / "roots.pem").read_bytes()))
    return identity_of(read_certificates(answer.certificates[0], "the certificate")[0])


def test_an_agent_gets_the_identity_of_its_service_account(made: Rig, cluster: ApiServer) -> None:
    """By the token that Kubernetes mounts, also for each renewal."""
    ca = _certifying(made, cluster)
    token = _token(cluster)
    agent = made.agent(ca, "east", "cart", None, "--secrets-only", "--life-s", "2", token=token)
    agent.wait("agent ready")
    agent.child.wait_until("renew", lambda: agent.certificates() >= 2, 20)
    assert ca.log.count('"certificate issued"') >= 2
    assert '"by":"service account token"' in ca.log
    assert token not in ca.log + agent.log


def test_forged_foreign_and_used_tokens_are_refused_with_a_line_each(
    made: Rig, cluster: ApiServer
) -> None:
    """What the log says has no token, and the caller learns nothing but that it is refused."""
    ca = _certifying(made, cluster)
    good, join = _token(cluster), ca.token("east", "shop", "cart")
    assert _asked(ca, good) == CART
    assert _asked(ca, join) == CART
    attacks = {
        "the join token was spent": (join, CART, "east"),
        "no API server reviews": (good, CART, "west"),
        "asks for another name": (good, SpiffeId(DOMAIN, "kube-system", "admin"), "east"),
        "neither a token nor": ("", CART, "east"),
    }
    for said, (token, name, where) in attacks.items():
        with pytest.raises(StalledError) as caught:
            _asked(ca, token, name, where)
        assert ca.log.count(said) == 1
        assert not token or token not in str(caught.value)
    unknown = _unknown(cluster, good)
    for number, token in enumerate(unknown.values(), 1):
        with pytest.raises(StalledError, match="not known here"):
            _asked(ca, token)
        assert ca.log.count("does not know the token") == number
    refusals = [line for line in ca.log.splitlines() if '"certificate refused"' in line]
    assert len(refusals) == len(attacks) + len(unknown)
    for secret in (good, join, *unknown.values(), "PRIVATE KEY"):
        assert secret not in ca.log
    assert _asked(ca, altered(good, _signing_key(cluster), {})) == CART


def _unknown(cluster: ApiServer, good: str) -> dict[str, str]:
    """Return tokens that no API server may take for the account's."""
    head, body, signature = good.split(".")
    key, now_s = _signing_key(cluster), CLOCK.now_s()
    return {
        "changed": f"{head}.{body}.{('A' if signature[0] != 'A' else 'B') + signature[1:]}",
        "signed by somebody else": altered(good, key_pem(new_key()), {}),
        "signed by nobody": unsigned(good),
        "ended": altered(good, key, {"iat": now_s - 200, "nbf": now_s - 200, "exp": now_s - 100}),
        "early": altered(good, key, {"nbf": now_s + 3000}),
        "for others": _token(cluster, "api"),
        "of a deleted account": altered(good, key, {"kubernetes.io": _GONE}),
    }


def _signing_key(cluster: ApiServer) -> bytes:
    return (cluster.ca_file.parent / "accounts.key").read_bytes()
