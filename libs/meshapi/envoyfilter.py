"""EnvoyFilter: patches of the configuration that a proxy gets."""

from typing import ClassVar, Literal

from pydantic import Field

from libs.meshapi.base import Alternatives, FreeForm, Model, Port, StringMap, UnsignedCount
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.metadata import Metadata
from libs.meshapi.serviceentry import LabelsSelector
from libs.meshapi.targets import PolicyTargets
from libs.meshapi.wasmplugin import Priority

ApplyTo = Literal[
    "INVALID",
    "LISTENER",
    "FILTER_CHAIN",
    "NETWORK_FILTER",
    "HTTP_FILTER",
    "ROUTE_CONFIGURATION",
    "VIRTUAL_HOST",
    "HTTP_ROUTE",
    "CLUSTER",
    "EXTENSION_CONFIG",
    "BOOTSTRAP",
    "LISTENER_FILTER",
]
PatchContext = Literal["ANY", "SIDECAR_INBOUND", "SIDECAR_OUTBOUND", "GATEWAY", "WAYPOINT"]
Operation = Literal[
    "INVALID",
    "MERGE",
    "ADD",
    "REMOVE",
    "INSERT_BEFORE",
    "INSERT_AFTER",
    "INSERT_FIRST",
    "REPLACE",
    "MERGE_AND_REPLACE_LIST",
]


class ProxyMatch(Model):
    """Proxies by version (a regular expression) and metadata."""

    proxy_version: str = ""
    metadata: StringMap = Field(default_factory=dict)


class ClusterMatch(Model):
    """A cluster by name, or by what it leads to."""

    name: str = ""
    service: str = ""
    subset: str = ""
    port_number: UnsignedCount = 0


class SubFilterMatch(Model):
    """A filter inside a filter, such as an HTTP filter of the connection manager."""

    name: str = ""


class FilterMatch(Model):
    """A filter of a chain."""

    name: str = ""
    sub_filter: SubFilterMatch | None = None


class FilterChainMatch(Model):
    """A filter chain by name or by what it matches."""

    name: str = ""
    sni: str = ""
    transport_protocol: str = ""
    application_protocols: str = ""
    destination_port: UnsignedCount = 0
    filter: FilterMatch | None = None


class ListenerMatch(Model):
    """A listener, and a part of it."""

    name: str = ""
    port_number: UnsignedCount = 0
    port_name: str = ""
    filter_chain: FilterChainMatch | None = None
    listener_filter: str = ""


class RouteMatch(Model):
    """A route by name or by what it does."""

    name: str = ""
    action: Literal["ANY", "ROUTE", "REDIRECT", "DIRECT_RESPONSE"] = "ANY"


class VirtualHostMatch(Model):
    """A virtual host, and a route of it."""

    name: str = ""
    domain_name: str = ""
    route: RouteMatch | None = None


class RouteConfigurationMatch(Model):
    """A route configuration, and a part of it."""

    name: str = ""
    port_number: UnsignedCount = 0
    port_name: str = ""
    gateway: str = ""
    vhost: VirtualHostMatch | None = None


class WaypointRouteMatch(Model):
    """A route of a waypoint."""

    name: str = ""


class WaypointMatch(Model):
    """A part of a waypoint's configuration."""

    port_number: Port | None = None
    filter: FilterMatch | None = None
    route: WaypointRouteMatch | None = None


class ConfigMatch(Model):
    """Where a patch applies: at most one of listener, route configuration, cluster, waypoint."""

    ALTERNATIVES: ClassVar[Alternatives] = (
        ("listener", "route_configuration", "cluster", "waypoint"),
    )

    context: PatchContext = "ANY"
    proxy: ProxyMatch | None = None
    listener: ListenerMatch | None = None
    route_configuration: RouteConfigurationMatch | None = None
    cluster: ClusterMatch | None = None
    waypoint: WaypointMatch | None = None


class Patch(Model):
    """What a patch does with what it finds; `value` is Envoy configuration in proto3 JSON."""

    operation: Operation = "INVALID"
    value: FreeForm | None = None
    filter_class: Literal["UNSPECIFIED", "AUTHN", "AUTHZ", "STATS"] = "UNSPECIFIED"


class ConfigPatch(Model):
    """One patch."""

    apply_to: ApplyTo = "INVALID"
    match: ConfigMatch | None = None
    patch: Patch | None = None


class EnvoyFilterSpec(Model):
    """Patches in order, for the selected workloads or targets; lower priorities come first."""

    ALTERNATIVES: ClassVar[Alternatives] = (("workload_selector", "target_refs"),)

    workload_selector: LabelsSelector | None = None
    target_refs: PolicyTargets = ()
    config_patches: tuple[ConfigPatch, ...] = ()
    priority: Priority = 0


class EnvoyFilter(MeshObject):
    """networking.istio.io EnvoyFilter."""

    GROUP: ClassVar[str] = "networking.istio.io"

    api_version: str = "networking.istio.io/v1alpha3"
    kind: Literal["EnvoyFilter"] = "EnvoyFilter"
    metadata: Metadata
    spec: EnvoyFilterSpec = EnvoyFilterSpec()
