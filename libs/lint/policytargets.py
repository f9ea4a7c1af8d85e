"""Objects that policies name in `targetRefs`: they have to be in the policy's own namespace."""

from collections.abc import Iterator
from typing import Any

from libs.desired.finding import Finding
from libs.lint import rules
from libs.lint.clusterview import ClusterView
from libs.lint.index import Index
from libs.lint.interface import each
from libs.lint.nearness import nearest
from libs.lint.subject import Path, Subject, report
from libs.meshapi.authorizationpolicy import AuthorizationPolicy
from libs.meshapi.gatewayapi.gateway import Gateway
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.requestauthentication import RequestAuthentication
from libs.meshapi.service import Service
from libs.meshapi.serviceentry import ServiceEntry
from libs.meshapi.targets import PolicyTarget
from libs.meshapi.telemetry import Telemetry
from libs.meshapi.wasmplugin import WasmPlugin

_POLICIES = (AuthorizationPolicy, RequestAuthentication, Telemetry, WasmPlugin)


def _index(kind: type[MeshObject]) -> Index[Any]:
    return Index(kind, lambda one, _: (one.namespace,))


_KINDS = {
    ("gateway.networking.k8s.io", "Gateway"): _index(Gateway),
    ("", "Service"): _index(Service),
    ("networking.istio.io", "ServiceEntry"): _index(ServiceEntry),
}


def check(view: ClusterView, one: Subject[Any]) -> Iterator[Finding]:
    """Look for what a policy is attached to."""
    spec = one.object.spec
    if spec.target_ref is not None:
        yield from _missing(view, one, ("spec", "targetRef"), spec.target_ref)
    for index, target in enumerate(spec.target_refs):
        yield from _missing(view, one, ("spec", "targetRefs", index), target)


CHECKS = tuple(each(kind, check) for kind in _POLICIES)


def _missing(
    view: ClusterView, one: Subject[Any], path: Path, target: PolicyTarget
) -> Iterator[Finding]:
    group = "" if target.group == "core" else target.group
    index = _KINDS.get((group, target.kind))
    if index is None:
        return
    names = [each_one.key.name for each_one in view.find(index, one.namespace)]
    if target.name in names:
        return
    near = nearest(target.name, names)
    hint = f"did you mean `{near}`?" if near else "correct the name, or add it"
    text = (
        f"namespace `{one.namespace}` has no {target.kind} `{target.name}`, so this is for nobody; "
        f"{hint}"
    )
    yield report(rules.MISSING.as_level(view.absence()), one, (*path, "name"), text)
