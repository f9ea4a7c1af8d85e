"""Gateway of the Gateway API: listeners and the routes that may attach to them."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from libs.meshapi import patterns
from libs.meshapi.base import SORTED, Model, Port
from libs.meshapi.gatewayapi.references import (
    GROUP,
    VERSION,
    Hostname,
    LocalReference,
    ObjectReference,
    SecretReference,
)
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.metadata import Metadata
from libs.meshapi.selectors import LabelSelector
from libs.meshapi.texts import GroupName, KindName, LabelValue, Options, SectionName


class GatewayAddress(Model):
    """An address that the gateway asks for."""

    type: Annotated[str, Field(min_length=1, max_length=253, pattern=patterns.ADDRESS_TYPE)] = (
        "IPAddress"
    )
    value: Annotated[str, Field(max_length=253)] = ""


class RouteNamespaces(Model):
    """Namespaces whose routes may attach."""

    from_: Literal["All", "Selector", "Same"] = Field(
        default="Same", validation_alias="from", serialization_alias="from"
    )
    selector: LabelSelector | None = None


class RouteGroupKind(Model):
    """A kind of route."""

    group: GroupName = GROUP
    kind: KindName


class AllowedRoutes(Model):
    """Routes that may attach; every kind that fits the protocol when none is written."""

    namespaces: RouteNamespaces = RouteNamespaces()
    kinds: Annotated[tuple[RouteGroupKind, ...], Field(max_length=8)] = ()


class ListenerTLS(Model):
    """TLS of a listener; terminating it needs a certificate or options."""

    mode: Literal["Terminate", "Passthrough"] = "Terminate"
    certificate_refs: Annotated[tuple[SecretReference, ...], Field(max_length=64)] = ()
    options: Options = Field(default_factory=dict)


class Listener(Model):
    """One port, protocol and hostname."""

    name: SectionName
    hostname: Hostname | None = None
    port: Port
    protocol: Annotated[str, Field(min_length=1, max_length=255, pattern=patterns.PROTOCOL)]
    tls: ListenerTLS | None = None
    allowed_routes: AllowedRoutes = AllowedRoutes()


class ListenerNamespaces(Model):
    """Namespaces whose ListenerSets may attach."""

    from_: Literal["All", "Selector", "Same", "None"] = Field(
        default="None", validation_alias="from", serialization_alias="from"
    )
    selector: LabelSelector | None = None


class AllowedListeners(Model):
    """ListenerSets that may attach."""

    namespaces: ListenerNamespaces = ListenerNamespaces()


InfrastructureLabels = Annotated[Mapping[str, LabelValue], SORTED, Field(max_length=8)]


class Infrastructure(Model):
    """Labels, annotations and parameters of what a controller creates for the gateway."""

    labels: Annotated[Mapping[str, LabelValue], SORTED, Field(max_length=8)] = Field(
        default_factory=dict
    )
    annotations: Options = Field(default_factory=dict)
    parameters_ref: LocalReference | None = None


class BackendTLS(Model):
    """The certificate that the gateway shows to backends."""

    client_certificate_ref: SecretReference | None = None


class FrontendValidation(Model):
    """How certificates of clients are checked."""

    ca_certificate_refs: Annotated[tuple[ObjectReference, ...], Field(min_length=1, max_length=16)]
    mode: Literal["AllowValidOnly", "AllowInsecureFallback"] = "AllowValidOnly"


class FrontendTLS(Model):
    """What is asked of clients."""

    validation: FrontendValidation | None = None


class PortTLS(Model):
    """What is asked of clients of one port."""

    port: Port
    tls: FrontendTLS


class GatewayFrontend(Model):
    """What is asked of clients, by port."""

    default: FrontendTLS
    per_port: Annotated[tuple[PortTLS, ...], Field(max_length=64)] = ()


class GatewayTLS(Model):
    """TLS of the whole gateway."""

    backend: BackendTLS | None = None
    frontend: GatewayFrontend | None = None


class GatewaySpec(Model):
    """Listeners of a gateway of `gateway_class_name`."""

    gateway_class_name: Annotated[str, Field(min_length=1, max_length=253)]
    listeners: Annotated[tuple[Listener, ...], Field(min_length=1, max_length=64)]
    addresses: Annotated[tuple[GatewayAddress, ...], Field(max_length=16)] = ()
    infrastructure: Infrastructure | None = None
    allowed_listeners: AllowedListeners | None = None
    default_scope: Literal["All", "None"] | None = None
    tls: GatewayTLS | None = None


class Gateway(MeshObject):
    """gateway.networking.k8s.io Gateway."""

    GROUP: ClassVar[str] = GROUP

    api_version: str = VERSION
    kind: Literal["Gateway"] = "Gateway"
    metadata: Metadata
    spec: GatewaySpec
