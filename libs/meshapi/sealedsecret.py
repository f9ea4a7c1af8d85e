"""SealedSecret: a Secret in the repository that only the holder of a key outside it can open."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from libs.meshapi.base import Model, StringMap
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.metadata import Metadata

KEY_ID_LENGTH = 16
"""Hexadecimal digits of a key's id."""


class SealedSecretSpec(Model):
    """Values of a Secret, each sealed by itself and in base64.

    `key_id` names the public key that sealed them. A value opens only under the namespace, the
    name and the key that it was sealed for.
    """

    type: str = "Opaque"
    key_id: str
    sealed_data: Annotated[StringMap, Field(min_length=1, max_length=64)]


class SealedSecret(MeshObject):
    """periplus.io SealedSecret."""

    GROUP: ClassVar[str] = "periplus.io"

    api_version: str = "periplus.io/v1alpha1"
    kind: Literal["SealedSecret"] = "SealedSecret"
    metadata: Metadata
    spec: SealedSecretSpec
