"""The registry of kinds: which model reads (group, kind), in which versions it is served."""

from collections.abc import Mapping
from types import MappingProxyType

from libs.meshapi.destinationrule import DestinationRule
from libs.meshapi.endpointslice import EndpointSlice
from libs.meshapi.fleet import Cluster, Fleet
from libs.meshapi.gateway import Gateway
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.quoting import quoted
from libs.meshapi.schema import suggestion
from libs.meshapi.service import Service
from libs.meshapi.serviceentry import ServiceEntry
from libs.meshapi.sidecar import Sidecar
from libs.meshapi.virtualservice import VirtualService
from libs.meshapi.workloadentry import WorkloadEntry

MODELS: tuple[type[MeshObject], ...] = (
    Cluster,
    DestinationRule,
    EndpointSlice,
    Fleet,
    Gateway,
    Service,
    ServiceEntry,
    Sidecar,
    VirtualService,
    WorkloadEntry,
)

BY_KIND: Mapping[tuple[str, str], type[MeshObject]] = MappingProxyType(
    {(model.GROUP, model.__name__): model for model in MODELS}
)
"""Model by (group, kind)."""

SERVED_VERSIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "": ("v1",),
        "discovery.k8s.io": ("v1",),
        "networking.istio.io": ("v1", "v1beta1", "v1alpha3"),
        "periplus.io": ("v1alpha1",),
    }
)
"""Versions in which the modelled kinds of a group are served, the preferred one first."""

CLOSED_GROUPS: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "networking.istio.io": {
            **dict.fromkeys(
                (model.__name__ for model in MODELS if model.GROUP == "networking.istio.io"),
                SERVED_VERSIONS["networking.istio.io"],
            ),
            "EnvoyFilter": ("v1alpha3",),
            "ProxyConfig": ("v1beta1",),
            "WorkloadGroup": ("v1", "v1beta1", "v1alpha3"),
        },
        "security.istio.io": {
            "AuthorizationPolicy": ("v1", "v1beta1"),
            "PeerAuthentication": ("v1", "v1beta1"),
            "RequestAuthentication": ("v1", "v1beta1"),
        },
        "telemetry.istio.io": {"Telemetry": ("v1", "v1alpha1")},
        "extensions.istio.io": {
            "TrafficExtension": ("v1alpha1",),
            "WasmPlugin": ("v1alpha1",),
        },
        "discovery.k8s.io": {"EndpointSlice": ("v1",)},
        "periplus.io": {"Cluster": ("v1alpha1",), "Fleet": ("v1alpha1",)},
    }
)
"""Groups of which every kind is known, with the versions of each kind, the preferred one first."""


def kind_fault(api_version: str, kind: str) -> tuple[str, str] | None:
    """Say which field is wrong in a kind or its version, and why; None for what may exist."""
    group, slash, version = api_version.rpartition("/")
    if not version or "/" in group or (slash and not group):
        text = f"{quoted(api_version)} is no API version; write `v1` or `group/version`"
        return "apiVersion", text
    served = CLOSED_GROUPS.get(group)
    if served is None:
        if (group, kind) in BY_KIND and version not in SERVED_VERSIONS[group]:
            return _version_fault(group, kind, SERVED_VERSIONS[group])
        return None
    if kind not in served:
        hint = suggestion(kind, tuple(served))
        return "kind", f"API group `{group}` has no kind {quoted(kind)}; {hint}"
    if version not in served[kind]:
        return _version_fault(group, kind, served[kind])
    return None


def _version_fault(group: str, kind: str, versions: tuple[str, ...]) -> tuple[str, str]:
    prefix = f"{group}/" if group else ""
    proposals = " or ".join(f"`{prefix}{version}`" for version in versions)
    return "apiVersion", f"{kind} is not served in this version; write {proposals}"
