"""The feed between compiler and frontends, as values.

The compiler serves; each frontend keeps one stream open. The wire form is `libs/adapters/feed`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from libs.kernel.ids import (
    ClassKey,
    ProxyId,
    ResourceName,
    RevisionId,
    TraceParent,
    TypeUrl,
    Version,
)
from libs.kernel.proxies import SyncStatus
from libs.kernel.xds import Resource


@dataclass(frozen=True, slots=True)
class Hello:
    """First event of a frontend's stream, with the views that it still holds."""

    frontend_id: str
    held: Mapping[ClassKey, Version] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProxyConnected:
    """A proxy opened a stream; may repeat. `node` is its serialised Node without extensions."""

    proxy: ProxyId
    node: bytes


@dataclass(frozen=True, slots=True)
class ProxyGone:
    """The last stream of a proxy ended."""

    proxy: ProxyId


@dataclass(frozen=True, slots=True)
class ProxyStatus:
    """How a proxy stands to one snapshot of its view; `at_s` in seconds since the epoch.

    `refused` names a few of the resources that a NACK is about.
    """

    proxy: ProxyId
    snapshot: Version
    sync: SyncStatus
    at_s: float
    carried: bool
    error: str = ""
    refused: tuple[tuple[TypeUrl, ResourceName], ...] = ()


FromFrontend = Hello | ProxyConnected | ProxyGone | ProxyStatus


@dataclass(frozen=True, slots=True)
class View:
    """A new snapshot of one proxy class, full (`base` None) or as changes to `base`."""

    class_key: ClassKey
    snapshot: Version
    base: Version | None
    changed: tuple[Resource, ...]
    removed: tuple[tuple[TypeUrl, ResourceName], ...]
    revision: RevisionId
    trace: TraceParent | None


@dataclass(frozen=True, slots=True)
class Assign:
    """Puts a proxy into a class whose View was sent before on the same stream."""

    proxy: ProxyId
    class_key: ClassKey


@dataclass(frozen=True, slots=True)
class Reject:
    """A proxy that cannot be served, and why."""

    proxy: ProxyId
    reason: str


FromCompiler = View | Assign | Reject
