"""Who decided an answer."""

from dataclasses import replace

from libs.compile.snapshot import Compiled, compile_snapshot
from libs.compile.world import World
from libs.routediff.origins import origin_of
from libs.routediff.tests.views import SIDECAR, world_of
from libs.routing.call import Call, Mode
from libs.routing.decision import Decision
from libs.routing.evaluate import evaluate
from libs.routing.resources import from_snapshot

_SERVICE = """apiVersion: v1
kind: Service
metadata: {name: web, namespace: default}
spec: {ports: [{name: http, port: 80}]}
"""
_RULE = """---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: web, namespace: default}
spec: {hosts: [web], http: [{directResponse: {status: 418}}]}
"""


def _asked(text: str, host: str) -> tuple[World, Compiled, Decision]:
    world = world_of(text)
    compiled = compile_snapshot(world, SIDECAR)
    call = Call(mode=Mode.OUTBOUND, address="10.0.0.9", port=80, host=host)
    return world, compiled, evaluate(from_snapshot(compiled.snapshot), call)


def test_the_rule_of_a_host_decides() -> None:
    """With the line of the document that holds it."""
    assert origin_of(*_asked(_SERVICE + _RULE, "web")) == {
        "file": "test.yaml",
        "line": 6,
        "kind": "VirtualService",
        "namespace": "default",
        "name": "web",
    }


def test_without_a_rule_the_service_decides() -> None:
    """It made the virtual host."""
    found = origin_of(*_asked(_SERVICE, "web"))
    assert found is not None
    assert (found["kind"], found["line"]) == ("Service", 1)


def test_nobody_decided_about_an_unknown_host() -> None:
    """No object made the route that takes it."""
    assert origin_of(*_asked(_SERVICE + _RULE, "elsewhere.example")) is None


_DENIAL = """---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {name: web, namespace: default}
spec:
  ingress: [{port: {number: 80, protocol: HTTP, name: http}, defaultEndpoint: "127.0.0.1:8080"}]
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: shut, namespace: default}
spec: {action: DENY, rules: [{to: [{operation: {paths: [/shut]}}]}]}
"""


def test_the_policy_that_denies_a_call_decides() -> None:
    """Whatever route the call would have had."""
    world = world_of(_DENIAL)
    compiled = compile_snapshot(world, replace(SIDECAR, ips=("10.0.0.5",)))
    call = Call(mode=Mode.INBOUND, address="10.0.0.5", port=80, host="web", path="/shut")
    decision = evaluate(from_snapshot(compiled.snapshot), call)
    assert decision.error == "Denied"
    found = origin_of(world, compiled, decision)
    assert found is not None
    assert (found["kind"], found["name"], found["line"]) == ("AuthorizationPolicy", "shut", 8)
