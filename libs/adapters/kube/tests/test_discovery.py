"""What is served, from both forms in which servers tell it."""

import pytest

from libs.adapters.kube.discovery import aggregated, group_versions, is_aggregated, listed
from libs.kernel.looperrors import TransientError

SERVICES = {
    "resource": "services",
    "responseKind": {"kind": "Service"},
    "scope": "Namespaced",
    "verbs": ["get"],
}
CORE = {
    "kind": "APIGroupDiscoveryList",
    "items": [{"metadata": {}, "versions": [{"version": "v1", "resources": [SERVICES]}]}],
}
GROUPS = {
    "kind": "APIGroupDiscoveryList",
    "items": [
        {
            "metadata": {"name": "metrics.k8s.io"},
            "versions": [{"version": "v1beta1", "freshness": "Stale"}],
        }
    ],
}


def test_a_stale_group_is_unseen_and_not_absent() -> None:
    """A kind of an extension server that is away is in doubt; one of no group at all is absent."""
    found = aggregated(CORE, GROUPS)
    service = found.find("", "Service")
    assert service is not None
    assert (service.api_version, service.verbs) == ("v1", frozenset({"get"}))
    with pytest.raises(TransientError, match=r"metrics\.k8s\.io/v1beta1"):
        found.find("metrics.k8s.io", "PodMetrics")
    assert found.find("metrics.k8s.io", "PodMetrics", "v1") is None
    assert found.find("other.io", "Thing") is None


def test_older_servers_are_asked_group_by_group() -> None:
    """The preferred version of a group comes first, and parts of kinds are left out."""
    core = {"kind": "APIVersions", "versions": ["v1"]}
    versions = [{"version": "v1beta1"}, {"version": "v1"}]
    group = {"name": "apps", "preferredVersion": {"version": "v1"}, "versions": versions}
    assert not is_aggregated(core)
    found = list(group_versions(core, {"groups": [group]}))
    assert found == [("", "v1"), ("apps", "v1"), ("apps", "v1beta1")]
    deployments = {"name": "deployments", "kind": "Deployment", "namespaced": True, "verbs": []}
    scale = {**deployments, "name": "deployments/scale", "kind": "Scale"}
    answer = {"resources": [deployments, scale]}
    assert [one.kind for one in listed("apps", "v1", answer)] == ["Deployment"]
