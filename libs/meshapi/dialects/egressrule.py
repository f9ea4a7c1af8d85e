"""EgressRule of config.istio.io/v1alpha2: a service outside the mesh that may be called."""

from typing import ClassVar, Literal

from libs.meshapi.base import Model, Port
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.metadata import Metadata
from libs.meshapi.texts import NonEmpty

EgressProtocol = Literal["http", "https", "http2", "grpc", "mongo", "redis", "tcp"]


class EgressDestination(Model):
    """A host, with `*` before it for many, or a range of addresses."""

    service: NonEmpty


class EgressPort(Model):
    """A port that is called, and what is spoken there."""

    port: Port
    protocol: EgressProtocol


class EgressRuleSpec(Model):
    """`use_egress_proxy` was read and never acted on."""

    destination: EgressDestination
    ports: tuple[EgressPort, ...] = ()
    use_egress_proxy: bool = False


class EgressRule(MeshObject):
    """config.istio.io EgressRule."""

    GROUP: ClassVar[str] = "config.istio.io"

    api_version: Literal["config.istio.io/v1alpha2"] = "config.istio.io/v1alpha2"
    kind: Literal["EgressRule"] = "EgressRule"
    metadata: Metadata
    spec: EgressRuleSpec
