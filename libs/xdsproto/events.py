"""What can happen to a stream."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from libs.kernel.ids import ResourceName, TypeUrl, Version
from libs.xdsproto.published import Published

NO_VERSION = Version("")
"""What a client says that holds nothing yet."""


@dataclass(frozen=True, slots=True)
class SotwRequest:
    """A `DiscoveryRequest`. `error` is the text of its error_detail, None where it has none."""

    type_url: TypeUrl
    names: tuple[ResourceName, ...] = ()
    version: Version = NO_VERSION
    nonce: str = ""
    error: str | None = None


@dataclass(frozen=True, slots=True)
class DeltaRequest:
    """A `DeltaDiscoveryRequest`. `initial` are the versions that the client holds already."""

    type_url: TypeUrl
    subscribe: tuple[ResourceName, ...] = ()
    unsubscribe: tuple[ResourceName, ...] = ()
    initial: Mapping[ResourceName, Version] = field(default_factory=dict)
    nonce: str = ""
    error: str | None = None


Request = SotwRequest | DeltaRequest


@dataclass(frozen=True, slots=True)
class SnapshotAssigned:
    """From now on the client should hold this."""

    published: Published


Event = Request | SnapshotAssigned
