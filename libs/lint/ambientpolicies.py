"""Policies about requests in namespaces in ambient mode: only a waypoint can follow them.

A waypoint follows a policy that names it, or a Service of its, in `targetRefs`; selectors it does
not read. Policies of the root namespace reach waypoints by themselves.
"""

from collections.abc import Callable, Iterator
from typing import Any

from libs.desired.finding import Finding, Rule
from libs.lint import kialirules
from libs.lint.clusterview import ClusterView
from libs.lint.dataplane import in_ambient, namespace_labels, stays_ambient, uses_waypoint
from libs.lint.index import Index
from libs.lint.interface import ObjectCheck, each
from libs.lint.rulelimits import asks_requests
from libs.lint.selection import selector_of
from libs.lint.subject import Subject, report
from libs.lint.workloads import selected
from libs.meshapi.authorizationpolicy import AuthorizationPolicy
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.requestauthentication import RequestAuthentication
from libs.meshapi.service import Service
from libs.meshapi.telemetry import Telemetry
from libs.meshapi.wasmplugin import WasmPlugin

_SERVICES = Index(Service, lambda one, _: ((one.namespace, one.metadata.name),))


def _about_requests(obj: AuthorizationPolicy) -> bool:
    return any(map(asks_requests, obj.spec.rules))


def _of_requests(obj: Telemetry) -> bool:
    measured = any(one.overrides for one in obj.spec.metrics)
    return bool(obj.spec.tracing or obj.spec.access_logging or measured)


def _always(_obj: MeshObject) -> bool:
    return True


def _check(
    kind: type[MeshObject], concerned: Callable[[Any], bool], unreached: Rule, untargeted: Rule
) -> ObjectCheck:
    """Return the check of a kind of policy, under the two codes that it has."""

    def run(view: ClusterView, one: Subject[Any]) -> Iterator[Finding]:
        namespace = namespace_labels(view, one.namespace)
        root = one.namespace == view.settings.root_namespace
        if root or not stays_ambient(namespace) or not concerned(one.object):
            return
        path, labels = selector_of(one.object)
        chosen = [*selected(view, one.namespace, labels)] if labels else []
        if chosen and not any(in_ambient(view, each) for each in chosen):
            return
        if not _targets(one.object):
            text = (
                f"namespace `{one.namespace}` is in ambient mode, where waypoints follow "
                "only policies that name a Service or a Gateway; write `targetRefs`"
            )
            yield report(untargeted, one, path if labels else (), text)
        if _is_unreached(view, one):
            text = (
                "it is about requests, and the calls that it is for pass no waypoint; write the "
                "label `istio.io/use-waypoint` on the namespace or the Service"
            )
            yield report(unreached, one, (), text)

    return each(kind, run)


CHECKS = (
    _check(
        AuthorizationPolicy,
        _about_requests,
        kialirules.AUTHORIZATION_WITHOUT_WAYPOINT,
        kialirules.AUTHORIZATION_WITHOUT_TARGET,
    ),
    _check(
        RequestAuthentication,
        _always,
        kialirules.TOKENS_WITHOUT_WAYPOINT,
        kialirules.TOKENS_WITHOUT_TARGET,
    ),
    _check(
        WasmPlugin,
        _always,
        kialirules.PLUGIN_WITHOUT_WAYPOINT,
        kialirules.PLUGIN_WITHOUT_TARGET,
    ),
    _check(
        Telemetry,
        _of_requests,
        kialirules.TELEMETRY_WITHOUT_WAYPOINT,
        kialirules.TELEMETRY_WITHOUT_TARGET,
    ),
)


def _targets(obj: Any) -> tuple[Any, ...]:
    single = obj.spec.target_ref
    return (*obj.spec.target_refs, *((single,) if single is not None else ()))


def _is_unreached(view: ClusterView, one: Subject[Any]) -> bool:
    """Say whether a Service or workload that a policy is for is behind no waypoint."""
    namespace = namespace_labels(view, one.namespace)
    targets = _targets(one.object)
    if targets:
        names = [(one.namespace, each.name) for each in targets if each.kind == "Service"]
        found = [service for name in names for service in view.find(_SERVICES, name)]
        return any(not uses_waypoint(namespace, each.object.metadata.labels) for each in found)
    _, labels = selector_of(one.object)
    chosen = [*selected(view, one.namespace, labels)] if labels else []
    ambient = [each for each in chosen if in_ambient(view, each)]
    if ambient:
        return any(not uses_waypoint(namespace, each.labels) for each in ambient)
    return not uses_waypoint(namespace)
