"""Fleet and Cluster: which part of the repository goes to which clusters."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from libs.meshapi.base import FreeForm, FreeValue, Model, StringMap
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.metadata import Metadata
from libs.meshapi.selectors import LabelSelector
from libs.meshapi.sidecar import OutboundTrafficPolicy

GROUP = "periplus.io"
VERSION = "periplus.io/v1alpha1"


class MeshSettings(Model):
    """Fields of Istio's MeshConfig, under the same names and with the same defaults."""

    trust_domain: str = "cluster.local"
    root_namespace: str = "istio-system"
    outbound_traffic_policy: OutboundTrafficPolicy = OutboundTrafficPolicy(mode="ALLOW_ANY")
    trust_domain_aliases: tuple[str, ...] = ()
    default_config: FreeValue = None
    inbound_traffic_policy: FreeValue = None
    default_service_export_to: tuple[str, ...] = ()
    default_virtual_service_export_to: tuple[str, ...] = ()
    default_destination_rule_export_to: tuple[str, ...] = ()
    locality_lb_setting: FreeValue = None
    zone_aware_lb_setting: FreeValue = None
    discovery_selectors: FreeValue = None
    extension_providers: FreeValue = None
    default_providers: FreeValue = None
    service_settings: FreeValue = None
    service_scope_configs: FreeValue = None
    default_http_retry_policy: FreeValue = None
    default_traffic_policy: FreeValue = None
    service_entry_visibility: FreeValue = None
    path_normalization: FreeValue = None
    mesh_mtls: FreeValue = Field(
        default=None, validation_alias="meshMTLS", serialization_alias="meshMTLS"
    )
    tls_defaults: FreeValue = None
    config_sources: FreeValue = None
    ca_certificates: FreeValue = None


class Allow(Model):
    """What a set may contain; an absent list allows everything, an empty one nothing."""

    namespaces: tuple[str, ...] | None = None
    kinds: tuple[str, ...] | None = None
    hosts: tuple[str, ...] | None = None


class FleetSet(Model):
    """A named part of the repository. `paths` are directories or files, relative to its root.

    `clusters` selects by the clusters' labels; absent, the set goes to every cluster.
    """

    name: Annotated[str, Field(min_length=1)]
    paths: tuple[str, ...]
    clusters: LabelSelector = LabelSelector()
    allow: Allow | None = None


class FleetSpec(Model):
    """Sets, mesh settings, and whether a commit is accepted set by set or as a whole."""

    accept: Literal["set", "commit"] = "set"
    mesh: MeshSettings = MeshSettings()
    sets: tuple[FleetSet, ...] = ()
    rollout: FreeForm | None = None


class Fleet(MeshObject):
    """periplus.io Fleet: one per repository, in `fleet.yaml`."""

    GROUP: ClassVar[str] = GROUP
    NAMESPACED: ClassVar[bool] = False

    api_version: str = VERSION
    kind: Literal["Fleet"] = "Fleet"
    metadata: Metadata
    spec: FleetSpec


class StaticConnection(Model):
    """A cluster without an API server: what the repository says is what it has."""


class KubeconfigSecret(Model):
    """A Secret that holds a kubeconfig."""

    name: Annotated[str, Field(min_length=1)]
    namespace: str = ""
    key: str = ""


class Connection(Model):
    """How a cluster is reached: exactly one of the fields."""

    static: StaticConnection | None = None
    kubeconfig_secret: KubeconfigSecret | None = None
    context: str | None = None


class ClusterSpec(Model):
    """What the fleet knows of a cluster."""

    connection: Connection = Connection(static=StaticConnection())
    data_plane: Literal["periplus", "istiod"] = "periplus"
    network: str = ""
    pod_cidrs: tuple[str, ...] = ()
    service_cidrs: tuple[str, ...] = ()
    variables: StringMap = Field(default_factory=dict)


class Cluster(MeshObject):
    """periplus.io Cluster: one per `clusters/<name>/cluster.yaml`."""

    GROUP: ClassVar[str] = GROUP
    NAMESPACED: ClassVar[bool] = False

    api_version: str = VERSION
    kind: Literal["Cluster"] = "Cluster"
    metadata: Metadata
    spec: ClusterSpec = ClusterSpec()
