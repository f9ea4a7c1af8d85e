"""Joining real API servers: scenario S6, steps 1 and 2."""

import base64
import json
from pathlib import Path

import pytest

from libs.adapters.kube.access import Allowed, access_of
from libs.adapters.kube.cluster import KubeClient
from libs.adapters.system.clock import SystemClock
from libs.adapters.system.rng import SystemRng
from libs.kernel.ids import ClusterName
from libs.planning.joining import needed_by_account, review
from libs.ports.kubecluster import Create
from tools.cli.main import main
from tools.cli.tests.kubecontexts import contexts
from tools.kubeapi.fleet import Fleet
from tools.kubeapi.pool import pooled
from tools.kubeapi.server import ApiServer

SECRETS = "/api/v1/namespaces/istio-system/secrets"


@pytest.fixture(scope="module")
def servers(kube_fleet: Fleet) -> tuple[ApiServer, ...]:
    """A home, a remote cluster that fits, and one whose services have the addresses of the home."""
    return pooled(kube_fleet, 3)


@pytest.fixture
def config(servers: tuple[ApiServer, ...], tmp_path: Path) -> str:
    """A kubeconfig with all of them."""
    return str(contexts(tmp_path / "config", *servers))


def test_a_joined_cluster_is_watched_by_an_account_that_may_only_read(
    servers: tuple[ApiServer, ...], config: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The Secret is Istio's form, and its token may do what a watcher needs, and nothing more."""
    arguments = ["cluster", "join", "cluster2", "--context", "pool2", "--kubeconfig", config]
    assert main([*arguments, "--secret", "n2-k8s-secret"]) == 0
    assert "cluster2 is joined" in capsys.readouterr().out
    secret = servers[0].call("GET", f"{SECRETS}/n2-k8s-secret").body
    assert secret["metadata"]["labels"] == {"istio/multiCluster": "true"}
    text = base64.b64decode(secret["data"]["cluster2"])
    kube = KubeClient(SystemClock(), SystemRng())
    try:
        cluster = kube.cluster(
            ClusterName("cluster2"), lambda: access_of(text, "", Allowed(), place="test")
        )
        questions = [review(one) for one in needed_by_account()]
        answers = [
            one.object().body["status"] for one in cluster.write(list(map(Create, questions)))
        ]
        assert all(one["allowed"] for one in answers)
        body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "m"}}
        refused = cluster.write([Create(body)])[0]
        assert "cannot create resource" in refused.reason  # type: ignore[union-attr]
    finally:
        kube.close()


def test_joining_again_renews_the_token(
    servers: tuple[ApiServer, ...], config: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same objects, another kubeconfig."""
    arguments = ["cluster", "join", "again", "--context", "pool2", "--kubeconfig", config]
    assert main([*arguments, "-o", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["joined"] is True
    first = servers[0].call("GET", f"{SECRETS}/remote-again").body["data"]
    assert main(arguments) == 0
    assert servers[0].call("GET", f"{SECRETS}/remote-again").body["data"] != first


def test_a_cluster_with_the_same_addresses_is_refused(
    servers: tuple[ApiServer, ...], config: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """With both ranges in the sentence, and nothing written anywhere."""
    arguments = ["cluster", "join", "cluster3", "--context", "pool3", "--kubeconfig", config]
    assert main(arguments) == 1
    said = capsys.readouterr().out
    assert "10.96.0.0/16" in said
    assert "overlap" in said
    assert servers[0].call("GET", f"{SECRETS}/remote-cluster3").status == 404
    assert servers[2].call("GET", "/api/v1/namespaces/istio-system").status == 404


def test_a_context_that_is_not_there_is_unusable(
    config: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """One sentence and status 2."""
    assert main(["cluster", "join", "x", "--context", "nowhere", "--kubeconfig", config]) == 2
    assert "`contexts` has no `nowhere`" in capsys.readouterr().err


def test_stubs_let_names_of_the_other_cluster_resolve(
    servers: tuple[ApiServer, ...], config: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """They are printed until they are there."""
    namespace = {"metadata": {"name": "ns2"}}
    assert servers[1].call("POST", "/api/v1/namespaces", namespace).status == 201
    spec = {"ports": [{"name": "http", "port": 80}], "selector": {"app": "service2"}}
    service = {"metadata": {"name": "service2"}, "spec": spec}
    assert servers[1].call("POST", "/api/v1/namespaces/ns2/services", service).status == 201
    arguments = ["cluster", "stubs", "--context", "pool2", "--kubeconfig", config]
    assert main(arguments) == 1
    printed = capsys.readouterr().out
    assert "name: service2" in printed
    assert "selector" not in printed
    assert servers[0].kubectl("apply", "-f", "-", text=printed).returncode == 0
    assert main(arguments) == 0
    assert capsys.readouterr().out == ""
