"""Operations on headers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypedDict

from protogen.envoy.config.core.v3 import base_pb2

_SET = base_pb2.HeaderValueOption.OVERWRITE_IF_EXISTS_OR_ADD
_ADD = base_pb2.HeaderValueOption.APPEND_IF_EXISTS_OR_ADD
_AUTHORITY = frozenset({"host", ":authority"})


@dataclass(frozen=True, slots=True)
class HeaderChanges:
    """What to do to the headers of one direction: `set` replaces, `add` appends."""

    set: Mapping[str, str] = field(default_factory=dict)
    add: Mapping[str, str] = field(default_factory=dict)
    remove: Sequence[str] = ()

    @property
    def authority(self) -> str:
        """The authority that is set as a header; Envoy wants that as a rewrite of the host."""
        either = [*self.set.items(), *self.add.items()]
        return next((value for name, value in either if _is_authority(name)), "")

    def to_add(self) -> list[base_pb2.HeaderValueOption]:
        """Return what is set and what is added, each in the order of names."""
        return [
            *(
                _option(name, value, _SET)
                for name, value in sorted(self.set.items())
                if not _is_own(name)
            ),
            *(
                _option(name, value, _ADD)
                for name, value in sorted(self.add.items())
                if not _is_own(name)
            ),
        ]

    def to_remove(self) -> list[str]:
        """Return what is taken away, in the order of names."""
        return sorted(name for name in self.remove if not _is_own(name))


NO_CHANGES: Final = HeaderChanges()


class HeaderFields(TypedDict, total=False):
    """Constructor arguments that a route and a weighted cluster share."""

    request_headers_to_add: list[base_pb2.HeaderValueOption]
    request_headers_to_remove: list[str]
    response_headers_to_add: list[base_pb2.HeaderValueOption]
    response_headers_to_remove: list[str]


def fields(request: HeaderChanges, response: HeaderChanges) -> HeaderFields:
    """Return the operations of both directions as constructor arguments."""
    return HeaderFields(
        request_headers_to_add=request.to_add(),
        request_headers_to_remove=request.to_remove(),
        response_headers_to_add=response.to_add(),
        response_headers_to_remove=response.to_remove(),
    )


def _is_authority(name: str) -> bool:
    return name.lower() in _AUTHORITY


def _is_own(name: str) -> bool:
    """Say whether a header is Envoy's own, which it lets nobody add or take away."""
    return name.startswith(":") or _is_authority(name)


def _option(
    name: str, value: str, action: base_pb2.HeaderValueOption.HeaderAppendAction
) -> base_pb2.HeaderValueOption:
    return base_pb2.HeaderValueOption(
        header=base_pb2.HeaderValue(key=name, value=value), append_action=action
    )
