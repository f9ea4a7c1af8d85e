"""Who an object is: name, namespace, labels, annotations, time of creation."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import Field

from libs.meshapi.base import Model, StringMap

SERVER_FIELDS = frozenset(
    {
        "deletionGracePeriodSeconds",
        "deletionTimestamp",
        "finalizers",
        "generateName",
        "generation",
        "managedFields",
        "ownerReferences",
        "resourceVersion",
        "selfLink",
        "uid",
    }
)
"""Metadata that an API server or a controller owns: accepted in a file and dropped."""

PRIORITY_ANNOTATION = "periplus.io/priority"
ACCOUNTS_ANNOTATION = "periplus.io/service-accounts"
"""On a Secret: which service accounts of its namespace may have it, with commas between them."""
"""Where no creation time is known, an object with a higher whole number comes first."""


class Metadata(Model):
    """Object metadata. `namespace` is as written; `MeshObject.key` knows the default."""

    name: Annotated[str, Field(min_length=1)]
    namespace: str = ""
    labels: StringMap = Field(default_factory=dict)
    annotations: StringMap = Field(default_factory=dict)
    creation_timestamp: str | None = None

    @property
    def created_at_s(self) -> float | None:
        """Creation in seconds since the epoch; None when it is not written or is no RFC 3339."""
        if self.creation_timestamp is None:
            return None
        try:
            moment = datetime.fromisoformat(self.creation_timestamp)
        except ValueError:
            return None
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()

    @property
    def accounts(self) -> frozenset[str]:
        """The service accounts of the accounts annotation; none where there is no annotation."""
        written = self.annotations.get(ACCOUNTS_ANNOTATION)
        if written is None:
            return frozenset()
        return frozenset(one.strip() for one in written.split(","))

    @property
    def priority(self) -> int | None:
        """The number in the priority annotation; None when absent or no whole number."""
        try:
            return int(self.annotations[PRIORITY_ANNOTATION])
        except (KeyError, ValueError):
            return None
