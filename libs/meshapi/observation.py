"""Observation: which calls a cluster was seen to make. It stands in the facts of the cluster."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from libs.meshapi import patterns
from libs.meshapi.base import Count, Model, Port, StringMap
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.metadata import Metadata
from libs.meshapi.rollout import GROUP, VERSION
from libs.meshapi.texts import NonEmpty

Instant = Annotated[str, Field(pattern=patterns.INSTANT)]
"""A moment in UTC, in whole seconds."""


class Caller(Model):
    """Who called. `workload` is a name for people; `labels` are those of the workload.

    `principal` is what its certificate says, absent where it showed none.
    """

    namespace: str = ""
    workload: str = ""
    labels: StringMap = Field(default_factory=dict)
    service_account: str = ""
    principal: str = ""
    address: str = ""


class ObservedCall(Model):
    """Calls of one kind that nobody refused.

    `host` is the service's, and `authority` what the caller wrote for it. `address` is where the
    connection went of a host that no service has. `port` is the service's. A proxy of the caller
    does not see what the service makes of the connection, so `tls` is absent there. Paths are
    without their queries.
    """

    source: Caller
    host: NonEmpty
    port: Port
    authority: str = ""
    address: str = ""
    seen_by: Literal["caller", "callee"]
    protocol: Literal["http", "http2", "tcp"] = "http"
    tls: Literal["plaintext", "tls", "mtls"] | None = None
    method: str = ""
    path: str = ""
    count: Annotated[Count, Field(ge=1)] = 1


class ObservationSpec(Model):
    """What was seen of a cluster, and when.

    `seen_at` is when its objects were read, and `pod_addresses` those of its Pods then: each is
    `namespace/name` by its address. `calls` were made between `calls_from` and `calls_until`;
    `unattributed` is how many more nobody is known of, or were of too many kinds.
    """

    seen_at: Instant | None = None
    pod_addresses: StringMap = Field(default_factory=dict)
    calls_from: Instant | None = None
    calls_until: Instant | None = None
    unattributed: Count = 0
    calls: tuple[ObservedCall, ...] = ()


class Observation(MeshObject):
    """periplus.io Observation: one per `clusters/<name>/facts.yaml`, with the cluster's name."""

    GROUP: ClassVar[str] = GROUP
    NAMESPACED: ClassVar[bool] = False

    api_version: str = VERSION
    kind: Literal["Observation"] = "Observation"
    metadata: Metadata
    spec: ObservationSpec = ObservationSpec()
