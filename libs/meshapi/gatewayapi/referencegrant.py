"""ReferenceGrant: which other namespaces may name objects of this one."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from libs.meshapi.base import Model
from libs.meshapi.gatewayapi.references import GROUP
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.metadata import Metadata
from libs.meshapi.texts import GroupName, KindName, NamespaceName, ObjectName


class GrantFrom(Model):
    """Objects that may name, by kind and namespace."""

    group: GroupName
    kind: KindName
    namespace: NamespaceName


class GrantTo(Model):
    """Objects that may be named: one, or all of a kind."""

    group: GroupName
    kind: KindName
    name: ObjectName | None = None


class ReferenceGrantSpec(Model):
    """Each of `from_` may name each of `to`."""

    from_: Annotated[tuple[GrantFrom, ...], Field(min_length=1, max_length=16)] = Field(
        validation_alias="from", serialization_alias="from"
    )
    to: Annotated[tuple[GrantTo, ...], Field(min_length=1, max_length=16)]


class ReferenceGrant(MeshObject):
    """gateway.networking.k8s.io ReferenceGrant."""

    GROUP: ClassVar[str] = GROUP

    api_version: str = "gateway.networking.k8s.io/v1beta1"
    kind: Literal["ReferenceGrant"] = "ReferenceGrant"
    metadata: Metadata
    spec: ReferenceGrantSpec
