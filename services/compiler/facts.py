"""Where the compiler learns what runs, beside what repositories say."""

from collections.abc import Mapping
from typing import Protocol

from libs.kernel.ids import ClusterName
from libs.kernel.origins import Origin
from libs.meshapi.fleet import Cluster
from libs.meshapi.meshobject import MeshObject

Placed = tuple[MeshObject, Origin]


class FactSource(Protocol):
    """Where a world's services come from, beside what the Store holds."""

    def follow(self, clusters: Mapping[ClusterName, Cluster]) -> None:
        """Follow these clusters, as the fleet describes them, and no others."""
        ...

    def of(self, cluster: ClusterName) -> tuple[Placed, ...]:
        """Return the facts of a cluster; none for one without an API server.

        Raises WaitingError until everything was seen once.
        """
        ...


class NoFacts:
    """`FactSource` where no cluster is followed: the repositories say everything."""

    def follow(self, clusters: Mapping[ClusterName, Cluster]) -> None:
        """Follow nothing."""

    def of(self, cluster: ClusterName) -> tuple[Placed, ...]:  # noqa: ARG002 - as the port has it
        """Return nothing."""
        return ()
