"""The registry of kinds: which model reads (group, kind), in which versions it is served."""

from collections.abc import Mapping
from types import MappingProxyType

from libs.meshapi.destinationrule import DestinationRule
from libs.meshapi.endpointslice import EndpointSlice
from libs.meshapi.fleet import Cluster, Fleet
from libs.meshapi.gateway import Gateway
from libs.meshapi.meshobject import MeshObject
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
