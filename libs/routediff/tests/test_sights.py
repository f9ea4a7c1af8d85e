"""Views of a cluster, each made once."""

from libs.compile.proxy import Proxy, ProxyType
from libs.compile.vantages import Vantage
from libs.routediff.sights import Seen, Sight, Unseen
from libs.routediff.tests.views import world_of

_PROXY = Proxy(ProxyType.SIDECAR, "default", metadata={"INTERCEPTION_MODE": "NONE"})
_VANTAGE = Vantage("callers", _PROXY)
_SERVICE = """
apiVersion: v1
kind: Service
metadata: {name: %s}
spec: {ports: [{name: http, port: %d}]}
---
"""
_BEFORE = _SERVICE % ("a", 80) + _SERVICE % ("b", 81)
_BROKEN = """
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {name: both-ways-at-one-address}
spec:
  ingress:
  - port: {number: 80, protocol: HTTP, name: http}
    bind: 127.0.0.9
    defaultEndpoint: 127.0.0.1:8080
  egress:
  - port: {number: 80, protocol: HTTP, name: http}
    bind: 127.0.0.9
    hosts: [./*]
"""


def test_a_view_after_a_change_is_as_if_it_were_made_alone() -> None:
    """What is taken over from before shows only in what need not be read again."""
    world = world_of(_BEFORE + _SERVICE % ("c", 81))
    before = Sight(world_of(_BEFORE))
    first = before.from_(_VANTAGE)
    after, alone = before.after(world).from_(_VANTAGE), Sight(world).from_(_VANTAGE)
    assert isinstance(first, Seen)
    assert isinstance(after, Seen)
    assert isinstance(alone, Seen)
    assert after.compiled.snapshot == alone.compiled.snapshot
    assert after.resources == alone.resources
    assert after.resources.routes["80"] is first.resources.routes["80"]
    assert before.from_(_VANTAGE) is first


def test_a_view_that_envoy_would_refuse_has_a_reason() -> None:
    """And it is no base for another."""
    broken = Sight(world_of(_BEFORE + _BROKEN))
    assert isinstance(broken.from_(_VANTAGE), Unseen)
    assert isinstance(broken.after(world_of(_BEFORE)).from_(_VANTAGE), Seen)
