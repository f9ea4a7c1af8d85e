"""An API server is a real one: it keeps, refuses, admits, applies, and says who asked."""

import pytest

from tools.kubeapi.fleet import Fleet
from tools.kubeapi.pool import pooled
from tools.kubeapi.server import ApiServer

MAPS = "/api/v1/namespaces/default/configmaps"


@pytest.fixture(scope="module")
def server(kube_fleet: Fleet) -> ApiServer:
    """A server with a user who may do nothing, and an audit log."""
    return pooled(kube_fleet)[0]


def _map(name: str, **data: str) -> dict[str, object]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


def test_apply_keeps_owners_apart(server: ApiServer) -> None:
    """A field of another manager is a conflict, as only a real server says it."""
    assert server.apply(f"{MAPS}/owned", _map("owned", a="1"), "first").status == 201
    refused = server.apply(f"{MAPS}/owned", _map("owned", a="2"), "second")
    assert refused.status == 409
    assert 'conflict with "first"' in refused.body["message"]


def test_dry_run_keeps_nothing(server: ApiServer) -> None:
    """What is applied for trial is answered and then not there."""
    tried = server.apply(f"{MAPS}/tried", _map("tried"), query="&dryRun=All")
    assert tried.status == 201
    assert server.call("GET", f"{MAPS}/tried").status == 404


def test_roles_count(server: ApiServer) -> None:
    """A user without a role is known and may not read."""
    answer = server.call("GET", MAPS, user="guest")
    assert answer.status == 403
    assert '"guest" cannot list' in answer.body["message"]


def test_requests_are_in_the_audit_log(server: ApiServer) -> None:
    """Each request stands in the log with its user, as soon as it is answered."""
    server.call("GET", f"{MAPS}/audited", user="guest")
    asked = [one for one in server.audited() if one["requestURI"] == f"{MAPS}/audited"]
    assert [one["user"]["username"] for one in asked] == ["guest"]


def test_kubectl_talks_to_it(server: ApiServer) -> None:
    """Kubectl of the same version finds server and namespace by the kubeconfig."""
    made = server.kubectl("create", "configmap", "by-kubectl")
    assert made.stdout == "configmap/by-kubectl created\n", made.stderr


def test_it_can_hang(server: ApiServer) -> None:
    """A paused server takes a connection and says nothing; later it goes on."""
    server.pause()
    try:
        with pytest.raises(OSError, match="timed out"):
            server.call("GET", MAPS, timeout_s=0.3)
    finally:
        server.resume()
    assert server.call("GET", MAPS).status == 200


def test_a_crash_loses_nothing(server: ApiServer, kube_fleet: Fleet) -> None:
    """A killed server is away; whoever wants it next has its address and its objects."""
    server.apply(f"{MAPS}/kept", _map("kept"))
    server.kill()
    with pytest.raises(OSError, match="refused"):
        server.call("GET", MAPS)
    assert kube_fleet.ready(server.spec) == (server,)
    assert server.call("GET", f"{MAPS}/kept").status == 200
