"""What is risky in a change."""

import pytest

from libs.routediff.preview import preview
from libs.routediff.risks import Risk, RiskKind
from libs.routediff.side import Side
from libs.routediff.tests.fleets import RULES, TO_V1, TO_V2, rule, side

_API = "{match: [{uri: {prefix: /api}}], route: [{destination: {host: web, subset: v1}}]}"
_GATEWAY = """apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: entry, namespace: default}
spec:
  selector: {istio: ingressgateway}
  servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["%s"]}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: entry, namespace: default}
spec:
  hosts: ["%s"]
  gateways: [entry]
  http: [{route: [{destination: {host: web}}]}]
"""

_PLAIN = """apiVersion: v1
kind: Namespace
metadata: {name: old, labels: {istio-injection: disabled}}
---
apiVersion: v1
kind: Pod
metadata: {name: legacy, namespace: old}
spec: {containers: [{name: legacy, image: legacy}]}
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: default, namespace: istio-system}
spec: {mtls: {mode: %s}}
"""


def _gateway(host: str) -> str:
    return _GATEWAY % (host, host)


@pytest.mark.parametrize(
    ("old", "new", "kind", "words"),
    [
        (rule(TO_V1), rule(_API), RiskKind.NO_ROUTE, "all paths except /api*: NoRoute"),
        (rule(TO_V1), rule(TO_V2), RiskKind.NO_ENDPOINTS, "all requests: NoEndpoints"),
        (rule(_API), rule(TO_V1, _API), RiskKind.SHADOWED_RULE, "rule 2 is never reached"),
        (_gateway("a.example"), _gateway("*"), RiskKind.WIDER_WILDCARD, "* is open now"),
        (_PLAIN % "PERMISSIVE", _PLAIN % "STRICT", RiskKind.TLS_MISMATCH, "Pod old/legacy"),
        (rule(TO_V1), "", RiskKind.DELETION, f"VirtualService default/web ({RULES}:1"),
    ],
)
def test_a_risk_is_said_with_its_clusters(old: str, new: str, kind: RiskKind, words: str) -> None:
    """In words that name the calls or the object."""
    found = preview(side(configs__all__rules=old), side(configs__all__rules=new)).risks
    said = [one for one in found if one.kind is kind]
    assert any(words in one.text for one in said), found
    assert all(one.clusters == ("east", "west") for one in said)


def test_what_was_risky_before_is_not_said_again() -> None:
    """A rule that was shadowed, and a subset without endpoints, stay as they are."""
    old = rule(_API, _API, TO_V2)
    new = old.replace("name: web", "name: web, labels: {team: a}", 1)
    assert preview(side(configs__all__rules=old), side(configs__all__rules=new)).risks == ()


def test_clients_that_were_refused_before_are_not_named_again() -> None:
    """A demand that stood already is no risk of this change."""
    old = _PLAIN % "STRICT"
    new = old.replace("name: default", "name: default, labels: {team: a}")
    assert preview(side(configs__all__rules=old), side(configs__all__rules=new)).risks == ()


_SEEN = """apiVersion: periplus.io/v1alpha1
kind: Observation
metadata: {name: east}
spec:
  calls:
  - {source: {namespace: old, workload: cron, address: 10.9.9.9}, seenBy: callee, tls: plaintext,
     host: web.default.svc.cluster.local, port: 80, method: GET, path: /a}
"""
_PEERS = """apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: default, namespace: istio-system}
spec: {mtls: {mode: %s}}
"""


def _refused(old: Side, new: Side) -> list[Risk]:
    return [one for one in preview(old, new).risks if one.kind is RiskKind.REFUSED_CALL]


def test_a_call_that_was_seen_and_is_refused_from_now_on_is_a_risk() -> None:
    """Caller, call, who refuses it and where; a call that was refused before is not named."""
    soft, hard = (
        side(configs__all__peers=_PEERS % mode, clusters__east__facts=_SEEN)
        for mode in ("PERMISSIVE", "STRICT")
    )
    (found,) = _refused(soft, hard)
    assert found.clusters == ("east",)
    assert found.text.startswith(
        "PeerAuthentication istio-system/default (configs/all/peers.yaml:1:1): "
        "`old/cron` (plain) calls web.default.svc.cluster.local:80, GET /a: mutual TLS is demanded"
    )
    again = side(
        configs__all__peers=_PEERS.replace("{name: d", "{labels: {a: b}, name: d") % "STRICT",
        clusters__east__facts=_SEEN,
    )
    assert _refused(hard, again) == []
