"""What policies and Gateways select: something, and in the way that works.

A workload may exist that no file describes. So nothing is said about a namespace of which no
workload is known, nor about labels that a Service selects by, and it is never an error.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from libs.desired.finding import Finding
from libs.lint import istiorules, kialirules
from libs.lint.clusterview import ClusterView
from libs.lint.coreservices import services_of, services_selecting
from libs.lint.interface import each
from libs.lint.subject import Path, Subject, report
from libs.lint.workloads import EVERYWHERE, is_known, selected
from libs.meshapi.authorizationpolicy import AuthorizationPolicy
from libs.meshapi.destinationrule import DestinationRule
from libs.meshapi.envoyfilter import EnvoyFilter
from libs.meshapi.gateway import Gateway
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.peerauthentication import PeerAuthentication
from libs.meshapi.proxyconfig import ProxyConfig
from libs.meshapi.requestauthentication import RequestAuthentication
from libs.meshapi.serviceentry import ServiceEntry
from libs.meshapi.sidecar import Sidecar
from libs.meshapi.telemetry import Telemetry
from libs.meshapi.trafficextension import TrafficExtension
from libs.meshapi.wasmplugin import WasmPlugin

_POLICIES = (
    AuthorizationPolicy,
    DestinationRule,
    EnvoyFilter,
    PeerAuthentication,
    ProxyConfig,
    RequestAuthentication,
    ServiceEntry,
    Sidecar,
    Telemetry,
    TrafficExtension,
    WasmPlugin,
)
_NOT_FROM_ROOT = (DestinationRule, ServiceEntry, Sidecar)
_BY_REFERENCE = (
    AuthorizationPolicy,
    RequestAuthentication,
    Telemetry,
    TrafficExtension,
    WasmPlugin,
)
_GATEWAY_LABELS = ("gateway.networking.k8s.io/gateway-name", "istio.io/gateway-name")


def check(view: ClusterView, one: Subject[MeshObject]) -> Iterator[Finding]:
    """Find selectors that match nothing, and those of Gateway API gateways."""
    path, labels = selector_of(one.object)
    if labels:
        if isinstance(one.object, _BY_REFERENCE):
            yield from _of_gateway(one, path, labels)
        yield from _nothing(view, one, path, labels)


def selector_of(obj: MeshObject) -> tuple[Path, Mapping[str, str]]:
    """Return the labels that a policy selects by, and where they stand; none for no selector."""
    spec: Any = getattr(obj, "spec", None)
    chosen: Any = getattr(spec, "selector", None) or getattr(spec, "workload_selector", None)
    name = "selector" if getattr(spec, "selector", None) else "workloadSelector"
    if hasattr(chosen, "match_labels"):
        return ("spec", name, "matchLabels"), chosen.match_labels
    if hasattr(chosen, "labels"):
        return ("spec", name, "labels"), chosen.labels
    return ("spec", name), {}


def scope_of(view: ClusterView, one: Subject[MeshObject]) -> str:
    """Return the namespace whose workloads a policy is for; the root namespace's is for all."""
    root = view.settings.root_namespace
    if one.namespace == root and not isinstance(one.object, _NOT_FROM_ROOT):
        return EVERYWHERE
    return one.namespace


def _nothing(
    view: ClusterView, one: Subject[MeshObject], path: Path, labels: Mapping[str, str]
) -> Iterator[Finding]:
    scope = scope_of(view, one)
    if services_of(view, scope, labels) or services_selecting(view, scope, labels):
        return
    if not is_known(view, scope) or any(selected(view, scope, labels)):
        return
    where = f"of namespace `{scope}` " if scope else ""
    text = (
        f"no known workload {where}has {_shown(labels)}, so this is for nobody; "
        "correct the labels, or add the workload"
    )
    yield report(istiorules.SELECTS_NOTHING, one, path, text)


def _of_gateway(
    one: Subject[MeshObject], path: Path, labels: Mapping[str, str]
) -> Iterator[Finding]:
    for label in _GATEWAY_LABELS:
        if label in labels:
            text = (
                f"a selector does not reach the Gateway `{labels[label]}` by its label; "
                f"write `targetRefs` with kind `Gateway` and name `{labels[label]}`"
            )
            yield report(istiorules.SELECTOR_OF_GATEWAY, one, (*path, label), text)
            return


def _no_proxy(view: ClusterView, one: Subject[Gateway]) -> Iterator[Finding]:
    """Look for the proxies of a Gateway, in all namespaces."""
    labels = one.object.spec.selector
    known = is_known(view, one.namespace)
    if not labels or not known or any(selected(view, EVERYWHERE, labels)):
        return
    text = (
        f"no known workload has {_shown(labels)}, so no proxy serves this; "
        "correct the labels, or add the workload"
    )
    yield report(kialirules.GATEWAY_SELECTS_NOTHING, one, ("spec", "selector"), text)


def _shown(labels: Mapping[str, str]) -> str:
    listed = ", ".join(f"`{key}: {value}`" for key, value in labels.items())
    return f"the label {listed}" if len(labels) == 1 else f"the labels {listed}"


CHECKS = (*(each(kind, check) for kind in _POLICIES), each(Gateway, _no_proxy))
