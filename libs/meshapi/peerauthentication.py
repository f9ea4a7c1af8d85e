"""PeerAuthentication: whether a workload demands mutual TLS from its callers."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from libs.meshapi.base import Model
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.metadata import Metadata
from libs.meshapi.selectors import WorkloadSelector

MutualTLSMode = Literal["UNSET", "DISABLE", "PERMISSIVE", "STRICT"]


class MutualTLS(Model):
    """`UNSET` inherits from the namespace, then from the mesh, then is `PERMISSIVE`."""

    mode: MutualTLSMode = "UNSET"


def _sorted_ports(value: Mapping[str, MutualTLS]) -> Mapping[str, MutualTLS]:
    return dict(sorted(value.items()))


class PeerAuthenticationSpec(Model):
    """`port_level_mtls` goes by the workload's port, which as a key is a text."""

    selector: WorkloadSelector | None = None
    mtls: MutualTLS | None = None
    port_level_mtls: Annotated[Mapping[str, MutualTLS], AfterValidator(_sorted_ports)] = Field(
        default_factory=dict
    )


class PeerAuthentication(MeshObject):
    """security.istio.io PeerAuthentication."""

    GROUP: ClassVar[str] = "security.istio.io"

    api_version: str = "security.istio.io/v1"
    kind: Literal["PeerAuthentication"] = "PeerAuthentication"
    metadata: Metadata
    spec: PeerAuthenticationSpec = PeerAuthenticationSpec()
