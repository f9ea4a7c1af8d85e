"""A request as Envoy's routes see it: path normalised, headers by name, parameters by name."""

import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from libs.routing.call import Call
from libs.routing.outcome import UndecidedError

_PLAIN = frozenset(string.ascii_letters + string.digits + "-._~/!$&'()*+,;=:@")
"""Letters of a path that normalising leaves as they are."""
_AUTHORITY = ":authority"


@dataclass(frozen=True, slots=True)
class Request:
    """A request on its way. `path` has its query; header names are in lower case.

    `noted` is what filters noted of it before its route is chosen.
    """

    path: str
    host: str
    headers: Mapping[str, str] = field(default_factory=dict)
    noted: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def bare_path(self) -> str:
        """The path without its query."""
        return self.path.partition("?")[0]

    @property
    def query(self) -> str:
        """The query with its question mark; empty when there is none."""
        bare = self.bare_path
        return self.path[len(bare) :]

    def header(self, name: str) -> str | None:
        """Return a header or pseudo header; None when it is missing."""
        return self.headers.get(_AUTHORITY if name == "host" else name)

    def query_parameter(self, name: str) -> str | None:
        """Return the first value of a parameter as it stands; None when it is missing."""
        for part in self.query[1:].split("&"):
            key, _, value = part.partition("=")
            if key == name and part:
                return value
        return None


def request_of(call: Call, *, normalize: bool, merge_slashes: bool) -> Request:
    """Return the request of a call, its path normalised where the listener asks for that."""
    if "#" in call.path:
        raise UndecidedError("a fragment in the path")
    for name in call.headers:
        if name.startswith("x-envoy-") or name in ("upgrade", "connection", "te"):
            raise UndecidedError(f"header {name} of the call")
    if call.method == "CONNECT" or not call.path.startswith("/"):
        raise UndecidedError(f"{call.method} {call.path}")
    path = _normalized(call.path) if normalize else call.path
    path = _merged(path) if merge_slashes else path
    own = {":method": call.method, ":path": path, ":scheme": call.scheme, _AUTHORITY: call.host}
    return Request(path, call.host, {**call.headers, **own})


def _normalized(path: str) -> str:
    """Resolve `.` and `..`. What would be decoded or encoded anew is left undecided."""
    bare, mark, query = path.partition("?")
    if not _PLAIN.issuperset(bare):
        raise UndecidedError("normalize_path of a path with special letters")
    kept: list[str] = []
    parts = bare.split("/")[1:]
    if any(part.startswith(("..;", ".;")) for part in parts):
        raise UndecidedError("normalize_path of dots with a parameter")
    for place, part in enumerate(parts):
        last = place == len(parts) - 1
        if part == "..":
            kept = kept[:-1]
        elif part != ".":
            kept.append(part)
            continue
        if last:
            kept.append("")
    return f"/{'/'.join(kept)}{mark}{query}"


def _merged(path: str) -> str:
    bare, mark, query = path.partition("?")
    while "//" in bare:
        bare = bare.replace("//", "/")
    return f"{bare}{mark}{query}"
