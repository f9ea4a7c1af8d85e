"""Attached objects are added to the finished view."""

from libs.compile.finishing import finished
from libs.compile.ledger import Ledger
from libs.compile.proxy import Proxy, ProxyType
from libs.compile.snapshot import compile_snapshot
from libs.compile.tests.worlds import service, world
from libs.envoy.messages import Messages
from libs.kernel import xds

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
    messages = Messages()
    proxy = Proxy(ProxyType.GRPC, "default")
    assert finished(world(_LIMIT), proxy, messages, Ledger()) is messages
