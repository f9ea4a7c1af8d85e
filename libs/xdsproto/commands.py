"""What a stream has to do."""

from dataclasses import dataclass
from enum import StrEnum

from libs.kernel.ids import ResourceName, TypeUrl, Version
from libs.kernel.proxies import SyncStatus
from libs.xdsproto.wire import Encoded


@dataclass(frozen=True, slots=True)
class Respond:
    """Send a response. `removed` is empty in the state-of-the-world variant.

    `absent` are asked names that nobody has, for clients of that variant which read errors of
    single resources. `snapshot` is the version of the snapshot that the response was computed from.
    """

    type_url: TypeUrl
    version: Version
    nonce: str
    entries: tuple[Encoded, ...]
    removed: tuple[ResourceName, ...]
    snapshot: Version
    absent: tuple[ResourceName, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """Note how the client stands to a snapshot now.

    `carried`: since the client was last in step, something that it holds changed. `error` is the
    text of a NACK as the client wrote it; it may be long and may hold secrets. `refused` names the
    resources that it is about, as far as that can be told, a few at most.
    """

    snapshot: Version
    sync: SyncStatus
    carried: bool
    error: str = ""
    refused: tuple[tuple[TypeUrl, ResourceName], ...] = ()


class CloseCode(StrEnum):
    """Why a stream has to end, by the names of gRPC's status codes."""

    INVALID_ARGUMENT = "INVALID_ARGUMENT"
    RESOURCE_EXHAUSTED = "RESOURCE_EXHAUSTED"


@dataclass(frozen=True, slots=True)
class Close:
    """End the stream with a status; nothing more will come."""

    code: CloseCode
    reason: str


Command = Respond | Record | Close
