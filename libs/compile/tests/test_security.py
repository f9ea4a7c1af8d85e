"""Where filters of policies stand. What it means is held by tables."""

from protogen.envoy.config.listener.v3.listener_pb2 import Listener
from protogen.envoy.extensions.filters.network.http_connection_manager.v3 import (
    http_connection_manager_pb2 as hcm_pb2,
)

from libs.compile.proxy import Proxy, ProxyType
from libs.compile.snapshot import compile_snapshot
from libs.compile.tests.worlds import service, world
from libs.kernel import xds
from libs.kernel.ids import ResourceName

_POLICIES = """
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: a}
spec: {rules: [{}]}
---
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: {name: a}
spec: {jwtRules: [{issuer: a, jwks: x}]}
"""


def test_tokens_are_verified_before_anybody_asks_for_them() -> None:
    """Both stand before everything that answers, at every chain that reads requests."""
    proxy = Proxy(ProxyType.SIDECAR, "default", labels={"app": "web"})
    compiled = compile_snapshot(world(service("web") + _POLICIES), proxy)
    held = compiled.snapshot.of(xds.LISTENER)
    inbound = Listener.FromString(held[ResourceName("virtualInbound")].body)
    (chain,) = [one for one in inbound.filter_chains if one.name == "0.0.0.0_80" and one.filters]
    manager = hcm_pb2.HttpConnectionManager()
    assert chain.filters[-1].typed_config.Unpack(manager)
    assert [one.name for one in manager.http_filters] == [
        "envoy.filters.http.jwt_authn",
        "envoy.filters.http.rbac",
        "envoy.filters.http.router",
    ]
    for name, other in ((one.name, one) for one in inbound.filter_chains):
        if name == "virtualInbound-catchall":
            assert other.filters[0].name == "envoy.filters.network.rbac"
    outbound = Listener.FromString(held[ResourceName("0.0.0.0_80")].body)
    assert b"rbac" not in outbound.SerializeToString()
