"""Writes to one server, several at once; each has its own verdict."""

import asyncio
import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import orjson

from libs.adapters.kube.channel import Channel, TooLateError
from libs.adapters.kube.link import JSON, LinkError, Reply, Request
from libs.adapters.kube.objects import collection, key_of, live_of, place
from libs.adapters.kube.reading import Reader
from libs.adapters.kube.verdicts import write_verdict
from libs.kernel.looperrors import StalledError, TransientError, WaitingError
from libs.kernel.origins import ObjectKey
from libs.ports.kubecluster import (
    Apply,
    Body,
    Create,
    Delete,
    Done,
    Refusal,
    Refused,
    Replace,
    Resource,
    Unanswered,
    Write,
    WriteResult,
)

AT_ONCE_MAX = 32
"""As many as one server gets at once at most: what a request costs us falls with their number."""
WRITE_TIMEOUT_S = 60.0
"""A webhook may take 30 seconds by itself."""
APPLY = "application/apply-patch+yaml"
_WARNING = re.compile(r'299 \S+ "((?:[^"\\]|\\.)*)"')


class Writer:
    """Writes under one field manager. All methods run in the event loop."""

    def __init__(self, reader: Reader, channel: Channel, manager: str) -> None:
        """Use what the reader knows of kinds."""
        self._reader = reader
        self._channel = channel
        self._manager = manager

    async def write(
        self, writes: Sequence[Write], *, dry_run: bool, not_after_s: float | None
    ) -> Sequence[WriteResult]:
        """Send all of them, some at once."""
        results: list[WriteResult] = [Unanswered("not sent", sent=False)] * len(writes)
        waiting = iter(enumerate(writes))

        async def work() -> None:
            for index, one in waiting:
                results[index] = await self._one(one, dry_run, not_after_s)

        await asyncio.gather(*(work() for _ in range(min(AT_ONCE_MAX, len(writes)))))
        return results

    async def _one(self, write: Write, dry_run: bool, not_after_s: float | None) -> WriteResult:  # noqa: FBT001 - as the port has it
        try:
            resource = await self._resource(write)
            if resource is None:
                return Refused(
                    Refusal.ABSENT, f"{_kind(write)} is not served by {self._reader.name}"
                )
            key = _named(write) or key_of(resource, _body(write))
            request = self._request(write, resource, key, dry_run)
            reply = await self._channel.send(request, not_after_s)
        except TooLateError:
            return Unanswered("the time to write is over", sent=False)
        except LinkError as error:
            return Unanswered(f"{self._reader.name}: {error.reason}", error.sent)
        except (StalledError, TransientError, WaitingError) as error:
            return Unanswered(error.reason, sent=False)
        return _result(write, resource, key, reply)

    async def _resource(self, write: Write) -> Resource | None:
        named = _named(write)
        if named is not None:
            return await self._reader.resource(named.group, named.kind)
        body = _body(write)
        group, _, version = str(body.get("apiVersion", "")).rpartition("/")
        return await self._reader.resource(group, str(body.get("kind", "")), version)

    def _request(
        self,
        write: Write,
        resource: Resource,
        key: ObjectKey,
        dry_run: bool,  # noqa: FBT001 - as above
    ) -> Request:
        dry = {"dryRun": "All"} if dry_run else {}
        if isinstance(write, Delete):
            return _deletion(write, resource, dry_run=dry_run)
        part = write.subresource
        query = {"fieldManager": self._manager, "fieldValidation": "Strict", **dry}
        body = dict(write.body)
        path = place(resource, key, part)
        match write:
            case Apply():
                query |= {"force": "true"} if write.force else {}
                body = _with_conditions(write)
                return Request("PATCH", path, query, body, APPLY, timeout_s=WRITE_TIMEOUT_S)
            case Replace():
                return Request("PUT", path, query, body, timeout_s=WRITE_TIMEOUT_S)
            case Create():
                whole = path if part else collection(resource, key.namespace)
                return Request("POST", whole, query, body, timeout_s=WRITE_TIMEOUT_S)


def _deletion(write: Delete, resource: Resource, *, dry_run: bool) -> Request:
    """Return the request of a deletion: with a body, a server does not heed the query."""
    conditions = {"uid": write.uid}
    if write.resource_version:
        conditions["resourceVersion"] = write.resource_version
    body = {
        "apiVersion": "v1",
        "kind": "DeleteOptions",
        "preconditions": conditions,
        "propagationPolicy": "Background",
        **({"dryRun": ["All"]} if dry_run else {}),
    }
    path = place(resource, write.key)
    return Request("DELETE", path, {}, body, JSON, timeout_s=WRITE_TIMEOUT_S)


def _with_conditions(write: Apply) -> dict[str, Any]:
    """A server compares uid and version of an applied object with what it has."""
    given = {"uid": write.uid, "resourceVersion": write.resource_version}
    conditions = {name: value for name, value in given.items() if value}
    left_out = {"managedFields", "uid", "resourceVersion"}
    metadata = write.body.get("metadata", {})
    kept = {name: value for name, value in metadata.items() if name not in left_out}
    return {**write.body, "metadata": kept | conditions}


def _result(write: Write, resource: Resource, key: ObjectKey, reply: Reply) -> WriteResult:
    if reply.code >= HTTPStatus.MULTIPLE_CHOICES:
        return write_verdict(key, reply.code, reply.body, reply.retry_after_s)
    try:
        body = orjson.loads(reply.body)
    except orjson.JSONDecodeError:
        return Unanswered(f"{key}: the answer is no JSON", sent=True)
    warnings = tuple(_WARNING.findall(reply.headers.get("Warning", "")))
    if body.get("kind") == "Status":
        return Done(None, warnings)
    if isinstance(write, Delete) and "deletionTimestamp" not in body.get("metadata", {}):
        # What has no finalizers is returned as it was last.
        return Done(None, warnings)
    return Done(live_of(resource, body), warnings)


def _named(write: Write) -> ObjectKey | None:
    """Return the object that a write names; None where its body says which it is."""
    match write:
        case Delete():
            return write.key
        case Create():
            return write.parent
        case _:
            return None


def _body(write: Write) -> Body:
    return {} if isinstance(write, Delete) else write.body


def _kind(write: Write) -> str:
    if isinstance(write, Delete):
        return f"{write.key.kind} of {write.key.group or 'the core'}"
    return f"{write.body.get('kind')} of {write.body.get('apiVersion')}"
