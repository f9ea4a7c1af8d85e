"""Parts of Kubernetes' own kinds that a mesh does not interpret are carried, not refused."""

from pydantic import ConfigDict, Field

from libs.meshapi.base import FreeValue, Model


class OpenModel(Model):
    """Base of a model that knows only some fields; the others are kept as they are.

    Kubernetes adds fields in every release, and what a mesh does not read is no mistake here.
    """

    model_config = ConfigDict(extra="allow")

    __pydantic_extra__: dict[str, FreeValue] = Field(init=False)
