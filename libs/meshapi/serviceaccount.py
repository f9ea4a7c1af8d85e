"""ServiceAccount: the identity of workloads."""

from typing import Literal

from libs.meshapi.base import FreeForm
from libs.meshapi.core import OpenModel
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.metadata import Metadata


class NamedReference(OpenModel):
    """An object of the same namespace, by name."""

    name: str = ""


class ServiceAccount(MeshObject):
    """core/v1 ServiceAccount; its fields stand at the top."""

    api_version: str = "v1"
    kind: Literal["ServiceAccount"] = "ServiceAccount"
    metadata: Metadata
    secrets: tuple[FreeForm, ...] = ()
    image_pull_secrets: tuple[NamedReference, ...] = ()
    automount_service_account_token: bool | None = None
