"""Patches of one object reach every part of a view."""

import pytest

from libs.compile.ledger import Ledger
from libs.compile.patching import patched
from libs.compile.snapshot import CompileError, compile_snapshot
from libs.compile.tests.patchcases import patch, patches
from libs.compile.tests.worlds import service, sidecar, world
from libs.envoy import cluster
from libs.envoy.messages import Messages
from libs.kernel import xds


def test_what_is_changed_is_credited_and_nothing_else() -> None:
    """Who looks at a resource finds the object that patched it."""
    ledger = Ledger()
    written = patches(
        patch("CLUSTER", "MERGE", {"alt_stat_name": "x"}, cluster={"name": "BlackHoleCluster"}),
        patch("CLUSTER", "ADD", {"name": "added"}),
    )
    other = cluster.by_original_destination("other")
    before = Messages(clusters=(cluster.black_hole(), other))
    found = patched(before, written, sidecar(), ledger, {})
    assert [one.name for one in found.clusters] == ["BlackHoleCluster", "added", "other"]
    assert {name for _, name in ledger.sources} == {"BlackHoleCluster", "added"}
    assert {kind for kind, _ in ledger.sources} == {xds.CLUSTER}


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
