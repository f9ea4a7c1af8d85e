"""Which calls that were seen a world refuses, and who is named for it."""

from typing import Any

import pytest

from libs.compile.world import World, build_world
from libs.kernel.ids import ClusterName
from libs.lint.observed import BLOCKED, Refusal, refusals
from libs.lint.observedcalls import Views, words_of
from libs.meshapi.fleet import MeshSettings
from libs.meshapi.observation import Caller, ObservedCall
from libs.meshapi.parse import parse_file

API = "api.shop.svc.cluster.local"
_SHOP = """apiVersion: v1
kind: Service
metadata: {name: api, namespace: shop}
spec: {selector: {app: api}, ports: [{name: http, port: 80, targetPort: 8080}]}
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: {name: api-1, namespace: shop}
spec: {address: 10.0.0.1, labels: {app: api}}
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: {name: api-2, namespace: shop}
spec: {address: 10.0.0.2, labels: {app: api, version: v2}}
"""
_POLICY = """---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: p, namespace: shop}
spec: %s
"""
_PEERS = """---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: strict, namespace: shop}
spec: {selector: {matchLabels: {version: v2}}, mtls: {mode: STRICT}}
"""


def world(more: str = "", **settings: Any) -> World:
    """Return a cluster with a service of two workloads."""
    parsed = parse_file("mesh.yaml", (_SHOP + more).encode())
    assert [one for one in parsed.messages if one.level == "error"] == []
    placed = [(one.object, one.origin) for one in parsed.objects]
    return build_world(placed, ClusterName("east"), MeshSettings(**settings))


def call(**fields: Any) -> ObservedCall:
    """Return a call of the service by `shop/web`, as its proxy saw it."""
    source = Caller(
        namespace="shop",
        workload="web",
        principal="cluster.local/ns/shop/sa/web",
        address="10.0.0.9",
    )
    given: dict[str, Any] = {"source": source, "host": API, "port": 80, "seen_by": "callee"}
    return ObservedCall(**(given | {"tls": "mtls", "method": "GET", "path": "/a"} | fields))


def refused(within: World, *calls: ObservedCall) -> list[Refusal]:
    """Return what the world refuses of calls."""
    return list(refusals(within, calls, Views(within)))


def test_a_world_without_rules_refuses_nothing() -> None:
    """Neither a certificate nor a plain call."""
    assert refused(world(), call(), call(tls="plaintext"), call(seen_by="caller", tls=None)) == []


def test_the_rule_that_denies_is_named() -> None:
    """By its place among the rules of the policy; the other call goes through."""
    rules = "{action: DENY, rules: [{to: [{operation: {paths: [/b]}}]}]}"
    (one,) = refused(world(_POLICY % rules), call(), call(path="/b"))
    assert (one.place, one.certain) == (1, True)
    assert one.culprit is not None
    assert str(one.culprit.key) == "AuthorizationPolicy shop/p"
    assert one.culprit.path == ("spec", "rules", 0)


@pytest.mark.parametrize(
    ("rules", "certain"),
    [
        ("{rules: [{from: [{source: {namespaces: [other]}}]}]}", True),
        ("{rules: [{from: [{source: {requestPrincipals: ['*']}}]}]}", False),
        ("{rules: [{when: [{key: 'request.headers[x]', values: [a]}]}]}", False),
    ],
    ids=["another namespace", "a token", "a header"],
)
def test_what_was_not_observed_makes_a_refusal_uncertain(rules: str, *, certain: bool) -> None:
    """Nobody wrote down the headers and tokens of a call."""
    (one,) = refused(world(_POLICY % rules), call())
    assert one.certain is certain
    assert one.culprit is not None
    assert str(one.culprit.key) == "AuthorizationPolicy shop/p"


def test_a_plain_call_is_refused_where_one_workload_demands_more() -> None:
    """The policy of the one kind of workload that does is named, whatever the others take."""
    (one,) = refused(world(_PEERS), call(), call(tls="plaintext"))
    assert one.place == 1
    assert one.culprit is not None
    assert str(one.culprit.key) == "PeerAuthentication shop/strict"


def test_a_host_that_nobody_declared_is_blocked_by_the_mesh() -> None:
    """Only where the mesh lets nothing else out; then its settings are to blame."""
    out = call(seen_by="caller", tls=None, host="api.example", address="192.0.2.7")
    assert refused(world(), out) == []
    closed = MeshSettings.model_validate_json(
        '{"outboundTrafficPolicy": {"mode": "REGISTRY_ONLY"}}'
    )
    (one,) = refused(world(**dict(closed)), out, call(seen_by="caller", tls=None))
    assert (one.reason, one.culprit and one.culprit.key) == (BLOCKED, None)


def test_a_service_that_is_gone_is_not_spoken_of() -> None:
    """Whatever was seen of it, no proxy stands there any more."""
    assert refused(world(), call(host="gone.shop.svc.cluster.local"), call(port=81)) == []


def test_calls_are_said_in_words() -> None:
    """Caller, how it speaks, service, and not more than a few requests."""
    several = [call(path=f"/{name}") for name in "abcde"]
    assert words_of(several) == (
        "`shop/web` (mutual TLS) calls api.shop.svc.cluster.local:80, GET /a, GET /b, GET /c"
        " and 2 more"
    )
    bytes_only = call(source=Caller(address="10.0.0.8"), protocol="tcp", method="", path="")
    assert words_of([bytes_only]).endswith("80, by TCP")
