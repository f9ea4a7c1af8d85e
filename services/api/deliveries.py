"""The webhooks: verify, wake, answer 202."""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, Request, Response

from libs.adapters.forges.limits import DELIVERY_BYTES_MAX
from libs.adapters.forges.webhooks import Concern, Delivery, Endpoint, RefusedError, read
from libs.ports.clock import Clock
from libs.telemetry.logs import get_logger
from services.api.settings import WebhookSettings

REMEMBERED_MAX: Final = 10_000
"""Deliveries that are known again. An older one that is repeated costs one look of a service."""


class _TooLongError(Exception):
    """A body beyond the limit."""


@dataclass(slots=True)
class Deliveries:
    """What is known of deliveries. `wake` gets the triggers that one concerns."""

    wake: Callable[[Iterable[str]], None]
    clock: Clock
    seen: OrderedDict[tuple[str, str], None] = field(default_factory=OrderedDict)

    def take(
        self, hook: WebhookSettings, headers: list[tuple[str, str]], body: bytes
    ) -> HTTPStatus:
        """Act on a delivery, or do nothing at all; return the status of the answer."""
        endpoint = Endpoint(hook.forge, hook.repository, hook.secret)
        try:
            delivery = read(endpoint, headers, body, self.clock.now_s())
        except RefusedError as error:
            get_logger().warning("delivery refused", webhook=hook.name, reason=str(error))
            return HTTPStatus.FORBIDDEN
        if self._is_known(hook.name, delivery):
            get_logger().info("delivery repeated", webhook=hook.name, delivery=delivery.id)
            return HTTPStatus.CONFLICT
        self.wake(_concerned(hook, delivery.concern))
        return HTTPStatus.ACCEPTED

    def _is_known(self, name: str, delivery: Delivery) -> bool:
        key = name, delivery.id
        known = key in self.seen
        self.seen[key] = None
        self.seen.move_to_end(key)
        while len(self.seen) > REMEMBERED_MAX:
            self.seen.popitem(last=False)
        return known


def _concerned(hook: WebhookSettings, concern: Concern) -> tuple[str, ...]:
    """Return the triggers of a delivery. A push may move the base of a pull request as well."""
    if concern is Concern.PUSH:
        return (*hook.pushes, *hook.requests)
    return hook.requests if concern is Concern.PULL_REQUEST else ()


def routes(deliveries: Deliveries, webhooks: Iterable[WebhookSettings]) -> APIRouter:
    """Return the addresses of all webhooks."""
    hooks = {one.name: one for one in webhooks}
    router = APIRouter()

    @router.post("/webhooks/{name}", status_code=HTTPStatus.ACCEPTED)
    async def deliver(name: str, request: Request) -> Response:
        """Take a delivery of a forge."""
        hook = hooks.get(name)
        if hook is None:
            return Response(status_code=HTTPStatus.NOT_FOUND)
        try:
            body = await _body(request)
        except _TooLongError:
            return Response(status_code=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        headers = [
            (key.decode("latin-1"), value.decode("latin-1")) for key, value in request.headers.raw
        ]
        return Response(status_code=deliveries.take(hook, headers, body))

    return router


async def _body(request: Request) -> bytes:
    """Read a body as it came, no more than the limit of it."""
    found = bytearray()
    async for chunk in request.stream():
        found += chunk
        if len(found) > DELIVERY_BYTES_MAX:
            raise _TooLongError
    return bytes(found)
