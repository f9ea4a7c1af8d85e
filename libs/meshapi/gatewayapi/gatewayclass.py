"""GatewayClass: which controller serves the gateways of a class."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from libs.meshapi import patterns
from libs.meshapi.base import Model
from libs.meshapi.gatewayapi.references import GROUP, VERSION, ParametersReference
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.metadata import Metadata


class GatewayClassSpec(Model):
    """The controller by name, with parameters of its own."""

    controller_name: Annotated[
        str, Field(min_length=1, max_length=253, pattern=patterns.DOMAIN_PATH)
    ]
    parameters_ref: ParametersReference | None = None
    description: Annotated[str, Field(max_length=64)] | None = None


class GatewayClass(MeshObject):
    """gateway.networking.k8s.io GatewayClass."""

    GROUP: ClassVar[str] = GROUP
    NAMESPACED: ClassVar[bool] = False

    api_version: str = VERSION
    kind: Literal["GatewayClass"] = "GatewayClass"
    metadata: Metadata
    spec: GatewayClassSpec
