"""Reads of one server: version, discovery, objects and pages of them."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import orjson

from libs.adapters.kube import discovery
from libs.adapters.kube.channel import Channel
from libs.adapters.kube.link import JSON, LinkError, Reply, Request
from libs.adapters.kube.objects import collection, live_of, place
from libs.adapters.kube.verdicts import raise_for_read
from libs.kernel.looperrors import TransientError
from libs.kernel.origins import ObjectKey
from libs.ports.clock import Clock
from libs.ports.kubecluster import (
    Discovery,
    Listing,
    LiveObject,
    Resource,
    Selection,
    ServerVersion,
)

PAGE_OBJECTS_MAX = 500
LISTINGS_MAX = 3
"""How often a listing begins again when the server forgot its moment between two pages."""
REDISCOVER_S_MIN = 1.0
"""A kind that is not known lets us ask again what is served, not more often than this."""


class Reader:
    """Asks one server. All methods run in the event loop and raise as `KubeCluster` says."""

    def __init__(
        self, name: str, channel: Channel, clock: Clock, page_objects: int = PAGE_OBJECTS_MAX
    ) -> None:
        """Know nothing yet. `name` stands in front of reasons."""
        self.name = name
        self._channel = channel
        self._clock = clock
        self._page_objects = page_objects
        self._known: Discovery | None = None
        self._known_s = 0.0

    async def version(self) -> ServerVersion:
        """Ask for the version."""
        found = await self._json("/version", "version")
        major, minor = (_number(str(found.get(name, ""))) for name in ("major", "minor"))
        return ServerVersion(major, minor, str(found.get("gitVersion", "")))

    async def discover(self) -> Discovery:
        """Ask what is served."""
        core = await self._json("/api", "discovery", discovery.AGGREGATED)
        groups = await self._json("/apis", "discovery", discovery.AGGREGATED)
        if discovery.is_aggregated(core) and discovery.is_aggregated(groups):
            self._known = discovery.aggregated(core, groups)
        else:
            self._known = await self._by_group(core, groups)
        self._known_s = self._clock.monotonic_s()
        return self._known

    async def resource(self, group: str, kind: str, version: str = "") -> Resource | None:
        """Find a kind; one that is not known, or not any more, is asked for again."""
        known = self._known or await self.discover()
        found = _found(known, group, kind, version)
        if found is None and self._clock.monotonic_s() - self._known_s >= REDISCOVER_S_MIN:
            known = await self.discover()
        return found or known.find(group, kind, version)

    async def get(self, key: ObjectKey, version: str) -> LiveObject | None:
        """Return one object."""
        resource = await self.resource(key.group, key.kind, version)
        if resource is None:
            return None
        reply = await self._send(Request("GET", place(resource, key), {}))
        if reply.code == HTTPStatus.NOT_FOUND:
            return None
        return live_of(resource, self._content(str(key), reply))

    async def list_objects(self, selection: Selection) -> Listing:
        """Return all objects of a selection."""
        resource = await self.resource(selection.group, selection.kind, selection.version)
        if resource is None:
            return Listing((), "")
        for _ in range(LISTINGS_MAX):
            listing = await self._pages(resource, selection)
            if listing is not None:
                return listing
        raise TransientError(f"{self.name}: {selection.kind} changes faster than it is listed")

    async def _pages(self, resource: Resource, selection: Selection) -> Listing | None:
        """Return all pages, or None where the server forgot the moment of the first."""
        objects: list[LiveObject] = []
        query = {"limit": str(self._page_objects)}
        if selection.labels:
            query["labelSelector"] = selection.labels
        path = collection(resource, selection.namespace)
        while True:
            reply = await self._send(Request("GET", path, query))
            if reply.code == HTTPStatus.GONE and "continue" in query:
                return None
            if reply.code == HTTPStatus.NOT_FOUND:
                # Its definition went between the discovery and now.
                self._known = None
                raise TransientError(f"{self.name}: {selection.kind} is not served any more")
            page = self._content(f"list of {selection.kind}", reply)
            objects += (live_of(resource, one) for one in page.get("items") or ())
            metadata = page.get("metadata", {})
            if not metadata.get("continue"):
                objects.sort(key=lambda one: one.key)
                return Listing(tuple(objects), metadata.get("resourceVersion", ""))
            query["continue"] = metadata["continue"]

    async def _by_group(self, core: Mapping[str, Any], groups: Mapping[str, Any]) -> Discovery:
        resources: list[Resource] = []
        unseen: dict[str, str] = {}
        for group, version in discovery.group_versions(core, groups):
            path = f"/apis/{group}/{version}" if group else f"/api/{version}"
            try:
                resources += discovery.listed(group, version, await self._json(path, "discovery"))
            except TransientError as error:
                unseen[f"{group}/{version}"] = error.reason
        return Discovery(tuple(resources), unseen)

    async def _json(self, path: str, what: str, accept: str = JSON) -> Mapping[str, Any]:
        return self._content(what, await self._send(Request("GET", path, {}, accept=accept)))

    async def _send(self, request: Request) -> Reply:
        try:
            return await self._channel.send(request)
        except LinkError as error:
            raise TransientError(f"{self.name}: {error.reason}") from error

    def _content(self, what: str, reply: Reply) -> Mapping[str, Any]:
        what = f"{self.name}: {what}"
        if reply.code != HTTPStatus.OK:
            raise_for_read(what, reply.code, reply.body, reply.retry_after_s)
        try:
            found = orjson.loads(reply.body)
        except orjson.JSONDecodeError as error:
            raise TransientError(f"{what}: the answer is no JSON") from error
        if not isinstance(found, Mapping):
            raise TransientError(f"{what}: the answer is no object")
        return found


def _found(known: Discovery, group: str, kind: str, version: str) -> Resource | None:
    try:
        return known.find(group, kind, version)
    except TransientError:
        return None


def _number(text: str) -> int:
    """Read `1` or `27+`; 0 for what is neither."""
    digits = text.rstrip("+")
    return int(digits) if digits.isdecimal() else 0
