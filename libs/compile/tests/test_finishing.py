"""Attached objects are added to the finished view."""

from libs.compile.finishing import finished, touched
from libs.compile.memo import Memo
from libs.compile.parts import built, part
from libs.compile.proxy import Proxy, ProxyType
from libs.compile.snapshot import compile_snapshot
from libs.compile.tests.worlds import service, view_of, world
from libs.envoy import cluster
from libs.kernel import xds
from libs.meshapi.meshconfig.config import MeshConfig

_LIMIT = """
---
apiVersion: periplus.io/v1alpha1
kind: RateLimit
metadata: {name: web}
spec: {limits: [{name: all, requests: 5, per: 1s}]}
"""


def test_a_limit_is_an_origin_of_the_listener_that_carries_it() -> None:
    """Who looks at a listener finds the object that made its filter."""
    proxy = Proxy(ProxyType.SIDECAR, "default", ("10.0.0.1",), labels={"app": "web"})
    compiled = compile_snapshot(world(service("web") + _LIMIT), proxy)
    origins = {
        str(name): {key.kind for key, _ in found}
        for (kind, name), found in compiled.origins.items()
        if kind == xds.LISTENER
    }
    assert origins["virtualInbound"] == {"Service", "RateLimit"}
    assert "RateLimit" not in origins["virtualOutbound"]


def test_a_grpc_client_gets_nothing_attached() -> None:
    """It has no filters of ours; what it was given comes back untouched."""
    whole = part([built(xds.CLUSTER, "a", cluster.by_original_destination("a"))])
    view = view_of(world(_LIMIT), Proxy(ProxyType.GRPC, "default"))
    assert finished(view, whole) is whole


def test_only_what_is_attached_is_looked_at_again() -> None:
    """A patch of clusters leaves listeners alone, one for other proxies leaves everything."""
    clusters = _patch("CLUSTER", "{operation: REMOVE}", "{cluster: {name: nobody}}")
    proxy = Proxy(ProxyType.SIDECAR, "default")
    assert touched(world(clusters), proxy) == {xds.CLUSTER}
    assert touched(world(clusters), Proxy(ProxyType.SIDECAR, "elsewhere")) == frozenset()
    assert touched(world(_LIMIT), proxy) == {xds.LISTENER}


def test_a_memo_forgets_nothing_of_what_comes_and_goes() -> None:
    """With and without a memo the same view comes out, whatever was attached before."""
    text, patch = (
        service("web"),
        _patch("CLUSTER", "{operation: MERGE, value: {alt_stat_name: one}}"),
    )
    logged = MeshConfig(access_log_file="/a")
    worlds = [
        world(text),
        world(text + _LIMIT),
        world(text + _LIMIT.replace("requests: 5", "requests: 6")),
        world(text + patch),
        world(text + _LIMIT + patch.replace("one}", "two}")),
        world(text, logged),
    ]
    memo, proxy = Memo(), Proxy(ProxyType.SIDECAR, "default", ("10.0.0.1",), labels={"app": "web"})
    for one in (*worlds, *reversed(worlds)):
        kept, fresh = compile_snapshot(one, proxy, memo), compile_snapshot(one, proxy)
        assert kept.snapshot.version == fresh.snapshot.version
        assert dict(kept.origins) == dict(fresh.origins)


def _patch(apply_to: str, patch: str, match: str = "{}") -> str:
    return f"""
---
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: {{name: patch}}
spec:
  configPatches:
  - {{applyTo: {apply_to}, match: {match}, patch: {patch}}}
"""
