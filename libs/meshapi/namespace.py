"""Namespace: its labels decide injection, discovery and the network of its workloads."""

from typing import ClassVar, Literal

from libs.meshapi.core import OpenModel
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.metadata import Metadata


class NamespaceSpec(OpenModel):
    """What a cluster keeps about it."""

    finalizers: tuple[str, ...] = ()


class Namespace(MeshObject):
    """core/v1 Namespace."""

    NAMESPACED: ClassVar[bool] = False

    api_version: str = "v1"
    kind: Literal["Namespace"] = "Namespace"
    metadata: Metadata
    spec: NamespaceSpec = NamespaceSpec()
