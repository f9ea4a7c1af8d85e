"""Clusters are known by their names and the parts of them."""

from typing import Any

import pytest

from libs.compile.patchclusters import patched_cluster, side_of_cluster
from libs.compile.tests.patchcases import patch, patches
from libs.compile.tests.worlds import sidecar
from libs.envoy import cluster
from libs.envoy.hcm import Side

_NAME = "outbound|9080|v1|reviews.default.svc.cluster.local"


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ({}, True),
        ({"name": _NAME}, True),
        ({"service": "reviews.default.svc.cluster.local"}, True),
        ({"service": "ratings.default.svc.cluster.local"}, False),
        ({"subset": "v1", "portNumber": 9080}, True),
        ({"subset": "v2"}, False),
        ({"portNumber": 80}, False),
    ],
)
def test_a_cluster_is_known_by_its_parts(match: dict[str, Any], *, expected: bool) -> None:
    """Everything that is written has to fit."""
    written = patches(patch("CLUSTER", "REMOVE", cluster=match))
    built = cluster.by_discovery(_NAME, cluster.LoadBalancing.RANDOM)
    assert (patched_cluster(built, written, sidecar()) is None) is expected


def test_a_merge_leaves_the_given_cluster_alone() -> None:
    """What is memoised stays as it was."""
    built = cluster.black_hole()
    written = patches(patch("CLUSTER", "MERGE", {"connect_timeout": "0.25s"}))
    merged = patched_cluster(built, written, sidecar())
    assert merged is not None
    assert merged.connect_timeout.nanos == 250_000_000
    assert built.connect_timeout.seconds == 10


def test_the_workloads_own_clusters_are_inbound() -> None:
    """A context tells them from those of its calls."""
    assert side_of_cluster("inbound|9080||", sidecar()) is Side.INBOUND
    assert side_of_cluster(_NAME, sidecar()) is Side.OUTBOUND


def test_the_workloads_own_clusters_are_known_by_their_services() -> None:
    """Their names have no host in them."""
    match = {"service": "web.default.svc.cluster.local"}
    written = patches(patch("CLUSTER", "REMOVE", cluster=match))
    built = cluster.fixed("inbound|8080||", [])
    hosts = {"inbound|8080||": frozenset({"web.default.svc.cluster.local"})}
    assert patched_cluster(built, written, sidecar(), hosts) is None
    assert patched_cluster(built, written, sidecar()) is built
