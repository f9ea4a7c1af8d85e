"""The registry of kinds: which model reads (group, kind), in which versions it is served."""

from collections.abc import Mapping
from types import MappingProxyType

from libs.meshapi import gateway
from libs.meshapi.authorizationpolicy import AuthorizationPolicy
from libs.meshapi.deployment import Deployment
from libs.meshapi.destinationrule import DestinationRule
from libs.meshapi.endpoints import Endpoints
from libs.meshapi.endpointslice import EndpointSlice
from libs.meshapi.envoyfilter import EnvoyFilter
from libs.meshapi.fleet import Cluster, Fleet
from libs.meshapi.gatewayapi import gateway as gatewayapi
from libs.meshapi.gatewayapi.backendtlspolicy import BackendTLSPolicy
from libs.meshapi.gatewayapi.gatewayclass import GatewayClass
from libs.meshapi.gatewayapi.grpcroute import GRPCRoute
from libs.meshapi.gatewayapi.httproute import HTTPRoute
from libs.meshapi.gatewayapi.referencegrant import ReferenceGrant
from libs.meshapi.gatewayapi.tcproute import TCPRoute
from libs.meshapi.gatewayapi.tlsroute import TLSRoute
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.namespace import Namespace
from libs.meshapi.node import Node
from libs.meshapi.observation import Observation
from libs.meshapi.peerauthentication import PeerAuthentication
from libs.meshapi.pod import Pod
from libs.meshapi.proxyconfig import ProxyConfig
from libs.meshapi.quoting import quoted
from libs.meshapi.ratelimit import RateLimit
from libs.meshapi.requestauthentication import RequestAuthentication
from libs.meshapi.rollout import Rollout
from libs.meshapi.schema import suggestion
from libs.meshapi.sealedsecret import SealedSecret
from libs.meshapi.secret import Secret
from libs.meshapi.service import Service
from libs.meshapi.serviceaccount import ServiceAccount
from libs.meshapi.serviceentry import ServiceEntry
from libs.meshapi.sidecar import Sidecar
from libs.meshapi.telemetry import Telemetry
from libs.meshapi.trafficextension import TrafficExtension
from libs.meshapi.virtualservice import VirtualService
from libs.meshapi.wasmplugin import WasmPlugin
from libs.meshapi.workloadentry import WorkloadEntry
from libs.meshapi.workloadgroup import WorkloadGroup

_V1 = ("v1",)
_ALPHA = ("v1alpha1",)
_NETWORKING = ("v1", "v1beta1", "v1alpha3")
_SECURITY = ("v1", "v1beta1")
_GATEWAY = ("v1", "v1beta1")

VERSIONS: Mapping[type[MeshObject], tuple[str, ...]] = MappingProxyType(
    {
        AuthorizationPolicy: _SECURITY,
        BackendTLSPolicy: ("v1", "v1alpha3"),
        Cluster: _ALPHA,
        Deployment: _V1,
        DestinationRule: _NETWORKING,
        EndpointSlice: _V1,
        Endpoints: _V1,
        EnvoyFilter: ("v1alpha3",),
        Fleet: _ALPHA,
        gateway.Gateway: _NETWORKING,
        gatewayapi.Gateway: _GATEWAY,
        GatewayClass: _GATEWAY,
        GRPCRoute: _V1,
        HTTPRoute: _GATEWAY,
        Namespace: _V1,
        Node: _V1,
        Observation: _ALPHA,
        PeerAuthentication: _SECURITY,
        Pod: _V1,
        ProxyConfig: ("v1beta1",),
        RateLimit: _ALPHA,
        ReferenceGrant: ("v1", "v1beta1"),
        RequestAuthentication: _SECURITY,
        Rollout: _ALPHA,
        SealedSecret: _ALPHA,
        Secret: _V1,
        Service: _V1,
        ServiceAccount: _V1,
        ServiceEntry: _NETWORKING,
        Sidecar: _NETWORKING,
        TCPRoute: ("v1", "v1alpha2"),
        Telemetry: ("v1", "v1alpha1"),
        TLSRoute: ("v1", "v1alpha3", "v1alpha2"),
        TrafficExtension: _ALPHA,
        VirtualService: _NETWORKING,
        WasmPlugin: _ALPHA,
        WorkloadEntry: _NETWORKING,
        WorkloadGroup: _NETWORKING,
    }
)
"""Versions in which each modelled kind is served, the preferred one first."""

MODELS: tuple[type[MeshObject], ...] = tuple(VERSIONS)

BY_KIND: Mapping[tuple[str, str], type[MeshObject]] = MappingProxyType(
    {(model.GROUP, model.__name__): model for model in MODELS}
)
"""Model by (group, kind)."""

CLOSED_GROUPS = frozenset(
    {
        "discovery.k8s.io",
        "extensions.istio.io",
        "networking.istio.io",
        "periplus.io",
        "security.istio.io",
        "telemetry.istio.io",
    }
)
"""Groups of which every kind is modelled."""


def kind_fault(api_version: str, kind: str) -> tuple[str, str] | None:
    """Say which field is wrong in a kind or its version, and why; None for what may exist."""
    group, slash, version = api_version.rpartition("/")
    if not version or "/" in group or (slash and not group):
        text = f"{quoted(api_version)} is no API version; write `v1` or `group/version`"
        return "apiVersion", text
    model = BY_KIND.get((group, kind))
    if model is not None and version not in VERSIONS[model]:
        prefix = f"{group}/" if group else ""
        proposals = " or ".join(f"`{prefix}{one}`" for one in VERSIONS[model])
        return "apiVersion", f"{kind} is not served in this version; write {proposals}"
    if model is None and group in CLOSED_GROUPS:
        known = tuple(sorted(name for one, name in BY_KIND if one == group))
        hint = suggestion(kind, known)
        return "kind", f"API group `{group}` has no kind {quoted(kind)}; {hint}"
    return None
