"""Which policies are for a proxy, and in which order. What they do is held by tables."""

from libs.compile import authorization
from libs.compile.authorization import policies_for
from libs.compile.tests.worlds import sidecar, world
from libs.meshapi.fleet import MeshSettings


def _policy(name: str, action: str, namespace: str = "default", more: str = "") -> str:
    return f"""
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {{name: {name}, namespace: {namespace}{more}}}
spec: {{action: {action}, rules: [{{}}]}}
"""


def _filters(text: str) -> authorization.Filters:
    mesh = world(text)
    known = [one for space in mesh.authorizations.values() for one in space]
    mine = policies_for(known, sidecar(), MeshSettings())
    return authorization.filters_of(mine, MeshSettings())


def test_denials_stand_before_what_allows() -> None:
    """Of one action there is one filter, on requests and on connections."""
    found = _filters(_policy("a", "ALLOW") + _policy("b", "DENY") + _policy("c", "AUDIT"))
    assert [one.name for one in found.keys] == ["c", "b", "a"]
    assert len(found.http) == len(found.network) == 3


def test_policies_of_other_namespaces_are_for_others() -> None:
    """Only the root namespace's are for everybody."""
    text = _policy("a", "ALLOW", "shop") + _policy("b", "DENY", "istio-system")
    assert [one.name for one in _filters(text).keys] == ["b"]


def test_a_policy_that_is_only_tried_enforces_nothing() -> None:
    """It has rules beside the enforced ones, under a name of its own in statistics."""
    tried = ", annotations: {istio.io/dry-run: 'true'}"
    (only,) = _filters(_policy("a", "DENY", more=tried)).http
    assert b"istio_dry_run_deny_" in only.typed_config.value
    (also,) = _filters(_policy("a", "DENY") + _policy("b", "DENY", more=tried)).http
    assert b"ns[default]-policy[a]-rule[0]" in also.typed_config.value
