"""A connected proxy as the fleet's records know it."""

from dataclasses import dataclass
from enum import StrEnum

from libs.kernel.ids import ClusterName, ProxyId, ResourceName, RevisionId, TypeUrl, Version
from libs.kernel.origins import ObjectKey, Origin


class SyncStatus(StrEnum):
    """How a proxy stands to the snapshot that was compiled for it."""

    SYNCED = "synced"
    """every resource it holds was acknowledged at the snapshot's version"""
    STALE = "stale"
    """something is sent or waiting and not acknowledged yet"""
    REFUSED = "refused"
    """the proxy answered with a NACK and keeps what it had"""
    GONE = "gone"
    """no stream is open any more"""


@dataclass(frozen=True, slots=True)
class Refused:
    """A resource that a proxy refused, and the objects that it was made from, as far as known."""

    type_url: TypeUrl
    name: ResourceName
    objects: tuple[tuple[ObjectKey, Origin], ...] = ()


@dataclass(frozen=True, slots=True)
class ProxyRecord:
    """What was last known of one proxy.

    `live_revision` is the newest revision of which everything the proxy holds was acknowledged;
    `live_at_s` when that was first seen, in seconds since the epoch; `carried` whether that
    revision changed anything this proxy holds. `versions` are those of the types of the last view
    that it acknowledged. `error` is the text of the last NACK, cut short; `refused` what that is
    about. `about` is the revision that `status` is about, None where nobody knows.
    """

    id: ProxyId
    cluster: ClusterName
    status: SyncStatus
    snapshot: Version | None
    live_revision: RevisionId | None
    live_at_s: float | None
    carried: bool
    error: str | None = None
    about: RevisionId | None = None
    versions: tuple[tuple[TypeUrl, Version], ...] = ()
    refused: tuple[Refused, ...] = ()
