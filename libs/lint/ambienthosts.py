"""VirtualServices and DestinationRules about requests to Services in ambient mode.

Only the waypoint of a Service follows them, and only those of the Service's own namespace.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from libs.compile.hosts import fqdn
from libs.desired.finding import Finding, Rule
from libs.lint import kialirules
from libs.lint.clusterview import ClusterView
from libs.lint.dataplane import namespace_labels, stays_ambient, uses_waypoint
from libs.lint.hostservices import SERVICE_HOSTS
from libs.lint.interface import each
from libs.lint.subject import Path, Subject, report
from libs.meshapi.destinationrule import DestinationRule
from libs.meshapi.virtualservice import MESH_GATEWAY, VirtualService
from libs.registry.hostnames import is_wildcard


class _Codes(NamedTuple):
    """What a kind's findings are called."""

    nowhere: Rule
    not_captured: Rule
    elsewhere: Rule


_OF_ROUTES = _Codes(
    kialirules.ROUTES_WITHOUT_WAYPOINT,
    kialirules.ROUTES_PAST_WAYPOINT,
    kialirules.ROUTES_ELSEWHERE,
)
_OF_POLICIES = _Codes(
    kialirules.POLICY_WITHOUT_WAYPOINT,
    kialirules.POLICY_PAST_WAYPOINT,
    kialirules.POLICY_ELSEWHERE,
)


def _routes(view: ClusterView, one: Subject[VirtualService]) -> Iterator[Finding]:
    """Check the hosts of a VirtualService for callers in the mesh."""
    spec = one.object.spec
    if (spec.http or spec.tls) and MESH_GATEWAY in spec.gateways:
        for index, host in enumerate(spec.hosts):
            yield from _host(view, one, (("spec", "hosts", index), host), _OF_ROUTES)


def _policies(view: ClusterView, one: Subject[DestinationRule]) -> Iterator[Finding]:
    """Check the host of a DestinationRule that says something about requests."""
    spec = one.object.spec
    said = [spec.traffic_policy, *(subset.traffic_policy for subset in spec.subsets)]
    if any(_about_requests(policy) for policy in said if policy is not None):
        yield from _host(view, one, (("spec", "host"), spec.host), _OF_POLICIES)


CHECKS = (each(VirtualService, _routes), each(DestinationRule, _policies))


def _host(
    view: ClusterView, one: Subject[Any], at: tuple[Path, str], codes: _Codes
) -> Iterator[Finding]:
    path, written = at
    if is_wildcard(written):
        return
    found = view.find(SERVICE_HOSTS, fqdn(written, one.namespace, view.domain))
    if not found:
        labels = namespace_labels(view, one.namespace)
        if stays_ambient(labels) and not uses_waypoint(labels):
            text = (
                f"callers of namespace `{one.namespace}` are in ambient mode and pass no waypoint, "
                "so nobody follows this; write the label `istio.io/use-waypoint` on the namespace"
            )
            yield report(codes.nowhere, one, path, text)
        return
    service = found[0]
    labels = namespace_labels(view, service.namespace)
    if not stays_ambient(labels):
        return
    if one.namespace != service.namespace:
        text = (
            f"{service.key} is in ambient mode, and its waypoint follows only its own namespace; "
            f"move this to namespace `{service.namespace}`"
        )
        yield report(codes.elsewhere, one, path, text, [service])
    if not uses_waypoint(labels, service.object.metadata.labels):
        text = (
            f"calls to {service.key} pass no waypoint, so this is not followed; write the label "
            "`istio.io/use-waypoint` on the Service or its namespace"
        )
        yield report(codes.not_captured, one, path, text, [service])


def _about_requests(policy: Any) -> bool:
    """Say whether a policy of a host, or of one of its ports, is about requests."""
    balancer = policy.load_balancer
    hashed = balancer.consistent_hash if balancer is not None else None
    return (
        (policy.connection_pool is not None and policy.connection_pool.http is not None)
        or policy.outlier_detection is not None
        or (hashed is not None and bool(hashed.http_header_name or hashed.http_cookie))
        or any(map(_about_requests, getattr(policy, "port_level_settings", ())))
    )
