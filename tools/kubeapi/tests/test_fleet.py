"""Servers of a fleet know nothing of each other."""

import pytest

from tools.kubeapi.fleet import Fleet
from tools.kubeapi.pool import pooled


def test_servers_are_apart(kube_fleet: Fleet) -> None:
    """An object in one cluster is in no other, and a token of one opens no other."""
    left, right = pooled(kube_fleet, 2)
    space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "alone"}}
    assert left.call("POST", "/api/v1/namespaces", space).status == 201
    assert right.call("GET", "/api/v1/namespaces/alone").status == 404
    assert left.token() != right.token()


def test_names_are_unique(kube_fleet: Fleet) -> None:
    """A second server of one name is refused; `server` gives the first one."""
    (one,) = pooled(kube_fleet)
    with pytest.raises(ValueError, match=f"has a server `{one.name}` already"):
        kube_fleet.start(one.spec)
    assert kube_fleet.server(one.name) is one
