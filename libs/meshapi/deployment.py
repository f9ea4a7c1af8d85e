"""Deployment, as far as a mesh reads it: the Pods that it makes."""

from typing import ClassVar, Literal

from pydantic import Field

from libs.meshapi.base import Count, StringMap
from libs.meshapi.core import OpenModel
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.metadata import Metadata
from libs.meshapi.pod import PodSpec
from libs.meshapi.selectors import LabelSelector


class TemplateMetadata(OpenModel):
    """Labels and annotations of the Pods."""

    labels: StringMap = Field(default_factory=dict)
    annotations: StringMap = Field(default_factory=dict)


class PodTemplate(OpenModel):
    """What the Pods are made from."""

    metadata: TemplateMetadata = TemplateMetadata()
    spec: PodSpec


class DeploymentSpec(OpenModel):
    """How many Pods of which template."""

    replicas: Count = 1
    selector: LabelSelector
    template: PodTemplate


class Deployment(MeshObject):
    """apps/v1 Deployment."""

    GROUP: ClassVar[str] = "apps"

    api_version: str = "apps/v1"
    kind: Literal["Deployment"] = "Deployment"
    metadata: Metadata
    spec: DeploymentSpec
