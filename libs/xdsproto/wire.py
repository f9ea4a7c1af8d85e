"""Wire bytes of discovery responses, made by concatenation.

Protobuf messages concatenate, and a field may be framed by hand: tag, length, content. So the
bytes that frame a resource are made once and shared by every stream, and a response is one join of
small heads and shared bodies, without building a message.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from libs.kernel.ids import ResourceName, TypeUrl, Version
from libs.kernel.xds import Resource

_LENGTH_DELIMITED = 2

_ANY_TYPE_URL, _ANY_VALUE = 1, 2
_RESOURCE_VERSION, _RESOURCE_ANY, _RESOURCE_NAME, _RESOURCE_ALIASES = 1, 2, 3, 4
_RESPONSE_VERSION, _RESPONSE_RESOURCES, _RESPONSE_TYPE_URL, _RESPONSE_NONCE = 1, 2, 4, 5
_DELTA_REMOVED = 6
_RESPONSE_ERRORS = 7
_ERROR_RESOURCE, _ERROR_DETAIL, _NAME = 1, 2, 1
_NOT_FOUND = b"\x08\x05\x12\x07no such"
"""A status of code 5 with a text; the client names the resource itself."""
_HOST_NAME, _HOST_DOMAINS = 1, 2


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Encoded:
    """A resource with the bytes that come before its body in either kind of response.

    Compared by identity: equal resources are meant to be one object, shared by all streams.
    """

    resource: Resource
    sotw_prefix: bytes
    delta_prefix: bytes

    @property
    def name(self) -> ResourceName:
        """Name of the resource."""
        return self.resource.name

    @property
    def version(self) -> Version:
        """Version of the resource."""
        return self.resource.version


def encode(resource: Resource) -> Encoded:
    """Frame a resource. Its body stays the one object it was."""
    body_bytes = len(resource.body)
    any_head = _field(_ANY_TYPE_URL, resource.type_url.encode()) + _head(_ANY_VALUE, body_bytes)
    any_bytes = len(any_head) + body_bytes
    named = (
        _field(_RESOURCE_VERSION, resource.version.encode())
        + _field(_RESOURCE_NAME, resource.name.encode())
        + b"".join(_field(_RESOURCE_ALIASES, alias.encode()) for alias in resource.aliases)
        + _head(_RESOURCE_ANY, any_bytes)
    )
    return Encoded(
        resource=resource,
        sotw_prefix=_head(_RESPONSE_RESOURCES, any_bytes) + any_head,
        delta_prefix=_head(_RESPONSE_RESOURCES, len(named) + any_bytes) + named + any_head,
    )


def encode_absent(type_url: TypeUrl, name: ResourceName, version: Version) -> Encoded:
    """Frame the answer that there is no such resource: its name, as an alias as well, and no body.

    It exists in the incremental variant only, and is accepted only with an alias.
    """
    named = (
        _field(_RESOURCE_VERSION, version.encode())
        + _field(_RESOURCE_NAME, name.encode())
        + _field(_RESOURCE_ALIASES, name.encode())
    )
    resource = Resource(type_url, name, version, b"")
    return Encoded(resource, b"", _head(_RESPONSE_RESOURCES, len(named)) + named)


def virtual_host_body(name: str, domain: str, rest: bytes) -> bytes:
    """Complete a virtual host that has neither name nor domains."""
    return _field(_HOST_NAME, name.encode()) + _field(_HOST_DOMAINS, domain.encode()) + rest


def sotw_response(
    type_url: TypeUrl,
    version: Version,
    nonce: str,
    entries: Iterable[Encoded],
    absent: Iterable[ResourceName] = (),
) -> bytes:
    """Return the bytes of a `DiscoveryResponse`; for `absent` it says that there is none."""
    parts = [_response_head(type_url, version, nonce)]
    for entry in entries:
        parts += (entry.sotw_prefix, entry.resource.body)
    parts += map(_not_found, absent)
    return b"".join(parts)


def _not_found(name: ResourceName) -> bytes:
    named = _field(_ERROR_RESOURCE, _field(_NAME, name.encode()))
    return _field(_RESPONSE_ERRORS, named + _field(_ERROR_DETAIL, _NOT_FOUND))


def delta_response(
    type_url: TypeUrl,
    version: Version,
    nonce: str,
    entries: Iterable[Encoded],
    removed: Iterable[ResourceName],
) -> bytes:
    """Return the bytes of a `DeltaDiscoveryResponse`."""
    parts = [_response_head(type_url, version, nonce)]
    for entry in entries:
        parts += (entry.delta_prefix, entry.resource.body)
    parts += (_field(_DELTA_REMOVED, name.encode()) for name in removed)
    return b"".join(parts)


def _response_head(type_url: TypeUrl, version: Version, nonce: str) -> bytes:
    """Both kinds of response have version, type and nonce under the same numbers."""
    return (
        _field(_RESPONSE_VERSION, version.encode())
        + _field(_RESPONSE_TYPE_URL, type_url.encode())
        + _field(_RESPONSE_NONCE, nonce.encode())
    )


def _field(number: int, content: bytes) -> bytes:
    return _head(number, len(content)) + content


def _head(number: int, length: int) -> bytes:
    return _varint(number << 3 | _LENGTH_DELIMITED) + _varint(length)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
