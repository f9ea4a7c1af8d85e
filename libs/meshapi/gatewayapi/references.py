"""How objects of the Gateway API name others."""

from typing import Annotated

from pydantic import Field

from libs.meshapi import patterns
from libs.meshapi.base import Model, Port
from libs.meshapi.texts import GroupName, KindName, NamespaceName, ObjectName, SectionName

GROUP = "gateway.networking.k8s.io"
VERSION = f"{GROUP}/v1"

Hostname = Annotated[str, Field(min_length=1, max_length=253, pattern=patterns.HOSTNAME)]
"""A DNS name; `*.` before it stands for any labels."""

PreciseHostname = Annotated[str, Field(min_length=1, max_length=253, pattern=patterns.DNS_NAME)]
"""A DNS name without a wildcard."""

Weight = Annotated[int, Field(ge=0, le=1_000_000)]


class LocalReference(Model):
    """An object of the own namespace."""

    group: GroupName
    kind: KindName
    name: ObjectName


class ParametersReference(Model):
    """An object with parameters; one in a namespace says which."""

    group: GroupName
    kind: KindName
    name: ObjectName
    namespace: NamespaceName | None = None


class SecretReference(Model):
    """A Secret, or another object that holds a certificate."""

    group: GroupName = ""
    kind: KindName = "Secret"
    name: ObjectName
    namespace: NamespaceName | None = None


class ObjectReference(Model):
    """An object of any namespace; the own one when it is not said."""

    group: GroupName
    kind: KindName
    name: ObjectName
    namespace: NamespaceName | None = None


class ParentReference(Model):
    """What a route attaches to: a listener of a Gateway, or a Service of a mesh."""

    group: GroupName = GROUP
    kind: KindName = "Gateway"
    namespace: NamespaceName | None = None
    name: ObjectName
    section_name: SectionName | None = None
    port: Port | None = None


ParentReferences = Annotated[tuple[ParentReference, ...], Field(max_length=32)]


class BackendReference(Model):
    """Where calls go; a Service needs its port."""

    group: GroupName = ""
    kind: KindName = "Service"
    namespace: NamespaceName | None = None
    name: ObjectName
    port: Port | None = None


class WeightedBackend(BackendReference):
    """A backend and its share, relative to the sum; 0 gets nothing."""

    weight: Weight = 1


WeightedBackends = Annotated[tuple[WeightedBackend, ...], Field(min_length=1, max_length=16)]
