"""Credentials that change and servers that ask for patience, on real servers."""

import pytest

from libs.adapters.kube.tests.servers import access_to, client, cluster_of
from libs.kernel.ids import ClusterName
from libs.kernel.looperrors import StalledError
from libs.kernel.origins import ObjectKey
from libs.ports.kubecluster import Create, Done, Unanswered
from tools.kubeapi.fleet import Fleet
from tools.kubeapi.server import ServerSpec

FLOW = "/apis/flowcontrol.apiserver.k8s.io/v1"


def test_a_rotated_token_is_read_again(kube_fleet: Fleet) -> None:
    """A refusal of the old one is answered with the new one, unseen by the caller."""
    server = kube_fleet.server("links")
    tokens = iter(["an-expired-token", server.token()])
    with client() as kube:
        cluster = kube.cluster(ClusterName("c"), lambda: access_to(server, next(tokens)))
        assert cluster.get(ObjectKey("", "Namespace", "", "default")) is not None


def test_a_token_that_nobody_renews_needs_a_person(kube_fleet: Fleet) -> None:
    """It is asked for once more, then told; the token is not."""
    server = kube_fleet.server("links")
    with client() as kube:
        cluster = kube.cluster(ClusterName("c"), lambda: access_to(server, "planted-token"))
        with pytest.raises(StalledError) as raised:
            cluster.get(ObjectKey("", "Namespace", "", "default"))
    assert "planted-token" not in str(raised.value)


def test_a_server_that_asks_for_patience_gets_it(kube_fleet: Fleet) -> None:
    """Its own flow control refuses; as soon as it no longer does, everything is done."""
    spec = ServerSpec("patient", users={"crowd": ["everybody"]})
    (server,) = kube_fleet.start(spec)
    level = {
        "apiVersion": "flowcontrol.apiserver.k8s.io/v1",
        "kind": "PriorityLevelConfiguration",
        "metadata": {"name": "nothing"},
        "spec": {
            "type": "Limited",
            "limited": {
                "nominalConcurrencyShares": 0,
                "lendablePercent": 0,
                "borrowingLimitPercent": 0,
                "limitResponse": {"type": "Reject"},
            },
        },
    }
    subject = {"kind": "User", "user": {"name": "crowd"}}
    every = {"verbs": ["create"], "apiGroups": ["*"], "resources": ["*"], "namespaces": ["*"]}
    schema = {
        "apiVersion": "flowcontrol.apiserver.k8s.io/v1",
        "kind": "FlowSchema",
        "metadata": {"name": "crowd"},
        "spec": {
            "priorityLevelConfiguration": {"name": "nothing"},
            "matchingPrecedence": 2,
            "rules": [{"subjects": [subject], "resourceRules": [every]}],
        },
    }
    assert server.call("POST", f"{FLOW}/prioritylevelconfigurations", level).status == 201
    assert server.call("POST", f"{FLOW}/flowschemas", schema).status == 201
    binding = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": "crowd"},
        "roleRef": {
            "apiGroup": "rbac.authorization.k8s.io",
            "kind": "ClusterRole",
            "name": "cluster-admin",
        },
        "subjects": [{"kind": "Group", "name": "everybody"}],
    }
    bindings = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings"
    assert server.call("POST", bindings, binding).status == 201
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "m"}}
    with client() as kube:
        cluster = cluster_of(kube, server, "crowd")
        answers = (cluster.write([Create(body)], dry_run=True)[0] for _ in range(2000))
        refused = next(one for one in answers if isinstance(one, Unanswered))
        assert not refused.sent
        assert refused.retry_after_s is not None
        assert server.call("DELETE", f"{FLOW}/flowschemas/crowd").status == 200
        tried = (cluster.write([Create(body)], dry_run=True)[0] for _ in range(10))
        assert any(isinstance(one, Done) for one in tried)
