"""Patches of one object reach every part of a view."""

import pytest
from protogen.envoy.config.cluster.v3 import cluster_pb2

from libs.compile.patching import Patching, added, patched
from libs.compile.snapshot import CompileError, compile_snapshot
from libs.compile.tests.patchcases import patch, patches
from libs.compile.tests.worlds import service, sidecar, world
from libs.envoy import cluster


def test_what_is_changed_is_credited_and_nothing_else() -> None:
    """Who looks at a resource finds the object that patched it."""
    written = patches(
        patch("CLUSTER", "MERGE", {"alt_stat_name": "x"}, cluster={"name": "BlackHoleCluster"}),
        patch("CLUSTER", "ADD", {"name": "added"}),
    )
    patching = Patching((written,), {})
    other = cluster.by_original_destination("other")
    assert patched(other, patching, sidecar()).message is other
    assert patched(other, patching, sidecar()).owners == ()
    assert patched(cluster.black_hole(), patching, sidecar()).owners == (written[0].owner,)
    (new,) = added(patching, sidecar())
    assert new.message == cluster_pb2.Cluster(name="added")
    assert new.owners == (written[0].owner,)


def test_what_one_object_adds_the_next_one_changes() -> None:
    """An object's own patches are for what was there before it."""
    first = patches(patch("CLUSTER", "ADD", {"name": "added"}), patch("CLUSTER", "REMOVE", None))
    then = patches(patch("CLUSTER", "MERGE", {"alt_stat_name": "x"}))
    (new,) = added(Patching((first, then), {}), sidecar())
    assert new.message == cluster_pb2.Cluster(name="added", alt_stat_name="x")
    (gone,) = added(Patching((first, patches(patch("CLUSTER", "REMOVE", None))), {}), sidecar())
    assert gone.message is None


def test_a_view_that_patches_make_wrong_is_not_served_and_names_them() -> None:
    """What Envoy would refuse never leaves, and the sentence says who may be the cause."""
    text = (
        service("web")
        + """
---
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: {name: mistake}
spec:
  configPatches:
  - applyTo: HTTP_FILTER
    match: {listener: {filterChain: {filter: {subFilter: {name: envoy.filters.http.router}}}}}
    patch: {operation: INSERT_AFTER, value: {name: behind}}
"""
    )
    with pytest.raises(CompileError, match=r"behind behind the router.*default/mistake"):
        compile_snapshot(world(text), sidecar())
