"""Credentials that change and servers that ask for patience, on real servers."""

import pytest

from libs.adapters.kube.access import Access
from libs.adapters.kube.tests.servers import access_to, client, cluster_of
from libs.kernel.ids import ClusterName
from libs.kernel.looperrors import StalledError
from libs.kernel.origins import ObjectKey
from libs.ports.kubecluster import Create, Done
from tools.kubeapi.fleet import Fleet
from tools.kubeapi.pool import pooled
from tools.kubeapi.server import ServerSpec


def test_a_rotated_token_is_read_again(kube_fleet: Fleet) -> None:
    """A refusal of the old one is answered with the new one, unseen by the caller."""
    (server,) = pooled(kube_fleet)
    tokens = iter(["an-expired-token", server.token()])
    with client() as kube:
        cluster = kube.cluster(ClusterName("c"), lambda: access_to(server, next(tokens)))
        assert cluster.get(ObjectKey("", "Namespace", "", "default")) is not None


def test_a_rotated_certificate_is_read_again(kube_fleet: Fleet) -> None:
    """One that has expired is replaced by the next, without a new start."""
    (server,) = pooled(kube_fleet)
    authority = server.ca_file.read_bytes()

    def pair(user: str, days: str) -> Access:
        made = server.credentials.client(user, "system:masters", days=days)
        certificate, key = (path.read_bytes() for path in made)
        return Access(server.url, authority, "", certificate, key)

    given = iter([pair("expired", "0"), pair("renewed", "1")])
    with client() as kube:
        cluster = kube.cluster(ClusterName("c"), lambda: next(given))
        assert cluster.get(ObjectKey("", "Namespace", "", "default")) is not None


def test_a_rotated_authority_is_read_again(kube_fleet: Fleet) -> None:
    """A server whose certificate is of another authority is trusted once we are told to."""
    (server,) = pooled(kube_fleet)
    trusted = access_to(server, server.token())
    given = iter([Access(server.url, token=server.token()), trusted])
    with client() as kube:
        cluster = kube.cluster(ClusterName("c"), lambda: next(given))
        assert cluster.get(ObjectKey("", "Namespace", "", "default")) is not None


def test_a_token_that_nobody_renews_needs_a_person(kube_fleet: Fleet) -> None:
    """It is asked for once more, then told; the token is not."""
    (server,) = pooled(kube_fleet)
    with client() as kube:
        cluster = kube.cluster(ClusterName("c"), lambda: access_to(server, "planted-token"))
        with pytest.raises(StalledError) as raised:
            cluster.get(ObjectKey("", "Namespace", "", "default"))
    assert "planted-token" not in str(raised.value)


def test_a_server_that_asks_for_patience_gets_it(kube_fleet: Fleet) -> None:
    """It takes one write at a time and refuses the rest for a while: everything is done in the end.

    Administrators are exempt from that, so that somebody else writes.
    """
    flags = ["--enable-priority-and-fairness=false", "--max-mutating-requests-inflight=1"]
    spec = ServerSpec("patient", users={"crowd": ["everybody"]}, flags=flags)
    (server,) = kube_fleet.start(spec)
    role = {
        "apiGroup": "rbac.authorization.k8s.io",
        "kind": "ClusterRole",
        "name": "cluster-admin",
    }
    binding = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": "crowd"},
        "roleRef": role,
        "subjects": [{"kind": "Group", "name": "everybody"}],
    }
    bindings = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings"
    assert server.call("POST", bindings, binding).status == 201
    bodies = [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": f"m{index}"}}
        for index in range(60)
    ]
    with client() as kube:
        cluster = cluster_of(kube, server, "crowd")
        results = cluster.write([Create(body) for body in bodies])
    assert all(isinstance(one, Done) for one in results)
    assert 'code="429"' in server.call("GET", "/metrics").body
