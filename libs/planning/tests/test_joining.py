"""What a join makes, and what speaks against one."""

import base64

import orjson
import pytest

from libs.kernel.ids import ClusterName
from libs.meshapi.service import Service
from libs.planning.joining import (
    NAMESPACE,
    Permission,
    Sheet,
    account_objects,
    kubeconfig,
    problems,
    remote_secret,
    stubs,
)
from libs.ports.kubecluster import ServerVersion

HOME, REMOTE = ClusterName("cluster1"), ClusterName("cluster2")
NEW = ServerVersion(1, 36, "v1.36.0")


def test_the_secret_holds_a_kubeconfig_under_the_name_of_the_cluster() -> None:
    """With everything inside it."""
    config = orjson.dumps(kubeconfig(REMOTE, "https://10.0.0.1:6443", b"PEM", "token"))
    secret = remote_secret("n2-k8s-secret", NAMESPACE, REMOTE, config)
    assert secret["metadata"]["labels"] == {"istio/multiCluster": "true"}
    found = orjson.loads(base64.b64decode(secret["data"][REMOTE]))
    assert found["clusters"][0]["cluster"]["certificate-authority-data"] == "UEVN"
    assert found["current-context"] == REMOTE


def test_a_reader_may_write_nothing() -> None:
    """Only who manages may."""
    roles = [
        next(
            one for one in account_objects("n", "a", manage=manage) if one["kind"] == "ClusterRole"
        )
        for manage in (False, True)
    ]
    reads, writes = ({verb for rule in role["rules"] for verb in rule["verbs"]} for role in roles)
    assert reads == {"get", "list", "watch"}
    assert "*" in writes


def test_clusters_that_fit_have_no_problems() -> None:
    """Different ranges, new servers, all permissions."""
    home = Sheet(HOME, NEW, ("10.4.0.0/14",), ("10.96.0.0/16",))
    remote = Sheet(REMOTE, NEW, ("10.8.0.0/14",), ("10.97.0.0/16", "fd00::/108"))
    assert problems(home, remote, manage=True) == ()


@pytest.mark.parametrize(
    ("remote", "reason"),
    [
        pytest.param(Sheet(REMOTE, NEW, ("10.5.0.0/16",)), "overlap", id="Pod ranges overlap"),
        pytest.param(Sheet(REMOTE, NEW, (), ("10.4.1.0/24",)), "service range", id="across kinds"),
        pytest.param(Sheet(REMOTE, ServerVersion(1, 8, "v1.8.0")), "too old", id="an old server"),
        pytest.param(
            Sheet(REMOTE, NEW, missing=(Permission("patch", "", "secrets", "istio-system"),)),
            "cluster2: you may not patch secrets in istio-system",
            id="a missing permission",
        ),
    ],
)
def test_what_speaks_against_a_join_is_a_sentence(remote: Sheet, reason: str) -> None:
    """It names the clusters and what to look at."""
    (found,) = problems(Sheet(HOME, NEW, ("10.4.0.0/14",)), remote, manage=False)
    assert reason in found
    assert REMOTE in found


def _service(name: str, namespace: str) -> Service:
    port = {"name": "http", "port": 80, "target_port": 8080}
    spec = {"ports": (port,), "selector": {"app": name}, "cluster_ip": "10.0.0.1"}
    return Service.model_validate(
        {"metadata": {"name": name, "namespace": namespace}, "spec": spec}
    )


def test_a_stub_has_a_name_and_ports_only() -> None:
    """Where the namespace is missing as well, it comes first; what is there needs none."""
    home = [_service("service1", "ns1")]
    found = stubs(home, [_service("service1", "ns1"), _service("service2", "ns2")])
    assert [str(one.key) for one in found] == ["Namespace ns2", "Service ns2/service2"]
    stub = found[1]
    assert isinstance(stub, Service)
    assert (stub.spec.selector, stub.spec.cluster_ip) == ({}, "")
    assert [(one.name, one.port) for one in stub.spec.ports] == [("http", 80)]
