"""Refusals of a real server that have words of their own."""

import base64

from libs.adapters.kube.tests.servers import client, cluster_of
from libs.ports.kubecluster import Apply, Refusal, Refused
from tools.kubeapi.fleet import Fleet
from tools.kubeapi.pool import pooled

PLANTED = "planted-secret-value"


def test_an_unknown_field_is_refused(kube_fleet: Fleet) -> None:
    """It is not dropped silently, and the sentence names it."""
    body = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "s", "namespace": "default"},
        "spec": {"ports": [{"port": 80}], "selectr": {"a": "b"}},
    }
    with client() as kube:
        (refused,) = cluster_of(kube, pooled(kube_fleet)[0]).write([Apply(body)])
    assert isinstance(refused, Refused)
    assert "selectr" in refused.reason


def test_no_value_of_a_secret_comes_back(kube_fleet: Fleet) -> None:
    """Servers quote what they do not take; of a Secret we show the field alone."""
    where = {"name": "s", "namespace": "default"}
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": where}
    encoded = base64.b64encode(PLANTED.encode()).decode()
    wrong = [
        {**secret, "data": {"key": f"{PLANTED}?"}},
        {**secret, "data": {f"{PLANTED}/name": encoded}},
        {**secret, "type": PLANTED, "data": PLANTED},
        {**secret, PLANTED: PLANTED},
        {**secret, "type": "kubernetes.io/tls", "data": {"tls.crt": encoded}},
    ]
    with client() as kube:
        cluster = cluster_of(kube, pooled(kube_fleet)[0])
        results = cluster.write([Apply(body) for body in wrong])
    assert {one.code for one in results if isinstance(one, Refused)} == {Refusal.INVALID}
    assert all(isinstance(one, Refused) for one in results)
    # The name of a key is no value; it may be shown.
    shown = [one for one, body in zip(results, wrong, strict=True) if body is not wrong[1]]
    assert PLANTED not in repr(shown)
    assert encoded not in repr(results)
