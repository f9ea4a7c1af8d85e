"""One selection as a server tells it: a listing, then lines of a watch. No I/O.

The server names a moment with everything it says, bookmarks included. A watch that ends goes on
from there; one whose moment the server has forgotten begins again with a listing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import orjson

from libs.adapters.kube.objects import live_of
from libs.ports.kubecluster import Changed, Gone, Listing, Resource, Selection, WatchEvent

BACKOFF_S_MIN = 0.2
BACKOFF_S_MAX = 30.0


class PlaceLostError(Exception):
    """The watch has to begin again with a listing."""


@dataclass(slots=True)
class Reflector:
    """Where one selection has got to; `moment` is empty before the first listing."""

    selection: Selection
    moment: str = ""
    failures: int = 0

    def listed(self, listing: Listing) -> None:
        """Go on from a listing."""
        self.moment = listing.resource_version

    def begun(self) -> None:
        """Take a watch that did begin as a sign that all is well."""
        self.failures = 0

    def line(self, resource: Resource, line: bytes) -> WatchEvent | None:
        """Take one line; return what it tells, None for a bookmark. Raises PlaceLostError."""
        try:
            said = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise PlaceLostError from error
        kind, body = said.get("type"), said.get("object", {})
        if kind == "ERROR":
            self.lost()
            raise PlaceLostError
        self.moment = body.get("metadata", {}).get("resourceVersion", self.moment)
        return self._event(resource, kind, body)

    def refused(self, code: int) -> None:
        """Take a watch that did not begin."""
        if code in {HTTPStatus.GONE, HTTPStatus.NOT_FOUND, HTTPStatus.BAD_REQUEST}:
            self.lost()

    def lost(self) -> None:
        """Begin again with a listing."""
        self.moment = ""

    def backoff_s(self, jitter: float) -> float:
        """Return the pause after one more failure; `jitter` is between 0 and 1."""
        self.failures += 1
        longest = min(BACKOFF_S_MAX, BACKOFF_S_MIN * 2.0 ** min(self.failures, 10))
        return float(longest * (0.5 + 0.5 * jitter))

    def _event(
        self, resource: Resource, kind: str | None, body: Mapping[str, Any]
    ) -> WatchEvent | None:
        if kind == "BOOKMARK":
            return None
        live = live_of(resource, body)
        if kind == "DELETED":
            return Gone(self.selection, live.key, live.uid)
        return Changed(self.selection, live)
