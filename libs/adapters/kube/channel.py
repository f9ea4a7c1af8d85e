"""Requests to one server at its pace, with credentials that may change at any time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from http import HTTPStatus

import aiohttp

from libs.adapters.kube.access import AccessSource
from libs.adapters.kube.link import Link, LinkError, Reply, Request
from libs.adapters.kube.pace import Pace
from libs.ports.clock import Clock

ACCESS_FRESH_S = 60.0
"""Credentials are read again after this time, and whenever the server does not take them."""
THROTTLED_TRIES_MAX = 5
FORMER_OPEN_S = 600.0
"""For how long connections with former credentials stay open, longer than a watch takes."""


class TooLateError(Exception):
    """The time to send was over before it was the request's turn."""


class Channel:
    """What one cluster's requests go through. All methods run in the event loop."""

    def __init__(self, source: AccessSource, clock: Clock) -> None:
        """Read nothing yet."""
        self._source = source
        self._clock = clock
        self._link: Link | None = None
        self._former: list[tuple[float, Link]] = []
        self._read_s = 0.0
        self._renewing = asyncio.Lock()
        self._pace = Pace()
        self._turn = asyncio.Condition()

    async def send(self, request: Request, not_after_s: float | None = None) -> Reply:
        """Send a request, again where the server asked for patience or for new credentials.

        Raises LinkError, TooLateError, and StalledError for a kubeconfig that cannot be used.
        """
        reply = await self._trusted(request, not_after_s)
        if reply.code == HTTPStatus.UNAUTHORIZED and await self._renewed():
            reply = await self._paced(request, not_after_s)
        for _ in range(THROTTLED_TRIES_MAX):
            if reply.code != HTTPStatus.TOO_MANY_REQUESTS:
                break
            reply = await self._paced(request, not_after_s)
        return reply

    @asynccontextmanager
    async def stream(
        self, request: Request, silence_s: float
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """Give an answer without an end, which may be silent for so long. Raises as `send` does."""
        link = await self._current()
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=10.0, sock_read=silence_s)
        try:
            async with link.open(request, timeout) as response:
                if response.status == HTTPStatus.UNAUTHORIZED:
                    await self._renewed()
                yield response
        except LinkError as error:
            if error.untrusted:
                await self._renewed()
            raise

    async def close(self) -> None:
        """Close every connection."""
        for _, link in self._former:
            await link.close()
        if self._link is not None:
            await self._link.close()

    async def _trusted(self, request: Request, not_after_s: float | None) -> Reply:
        """Send a request, again where the server's certificate is one of a new authority."""
        try:
            return await self._paced(request, not_after_s)
        except LinkError as error:
            if not error.untrusted or not await self._renewed():
                raise
        return await self._paced(request, not_after_s)

    async def _paced(self, request: Request, not_after_s: float | None) -> Reply:
        link = await self._current()
        await self._wait_for_turn()
        throttled: Reply | None = None
        try:
            reply = await link.send(self._in_time(request, not_after_s))
            if reply.code == HTTPStatus.TOO_MANY_REQUESTS:
                throttled = reply
            return reply
        finally:
            if throttled is None:
                self._pace.answered()
            else:
                self._pace.throttled(self._clock.monotonic_s(), throttled.retry_after_s)
            async with self._turn:
                self._turn.notify_all()

    def _in_time(self, request: Request, not_after_s: float | None) -> Request:
        """Return a request that both sides give up by then. Raises TooLateError."""
        if not_after_s is None:
            return request
        left_s = not_after_s - self._clock.monotonic_s()
        if left_s <= 0:
            raise TooLateError
        timeout_s = min(request.timeout_s, left_s)
        # The server would otherwise go on with it after we have stopped to listen.
        query = {**request.query, "timeout": f"{max(1, int(timeout_s * 1000))}ms"}
        check = partial(self._check_time, not_after_s)
        return replace(request, query=query, timeout_s=timeout_s, check=check)

    def _check_time(self, not_after_s: float) -> None:
        if self._clock.monotonic_s() >= not_after_s:
            raise TooLateError

    async def _wait_for_turn(self) -> None:
        async with self._turn:
            while (delay_s := self._pace.delay_s(self._clock.monotonic_s())) != 0.0:
                if delay_s is None:
                    await self._turn.wait()
                else:
                    self._turn.release()
                    try:
                        await asyncio.sleep(delay_s)
                    finally:
                        await self._turn.acquire()
            self._pace.sent()

    async def _current(self) -> Link:
        """Return the link, read anew when its credentials are old."""
        async with self._renewing:
            is_old = self._clock.monotonic_s() - self._read_s > ACCESS_FRESH_S
            if self._link is None or is_old:
                await self._renew()
            if self._link is None:
                raise LinkError("there are no credentials", sent=False)
            return self._link

    async def _renewed(self) -> bool:
        """Read the credentials again; say whether they differ from those that were refused."""
        async with self._renewing:
            return await self._renew()

    async def _renew(self) -> bool:
        await self._close_former()
        access = await asyncio.to_thread(self._source)
        self._read_s = self._clock.monotonic_s()
        if self._link is not None and self._link.access == access:
            return False
        # What is under way on the former connections may end by itself.
        if self._link is not None:
            self._former.append((self._read_s, self._link))
        self._link = Link(access)
        return True

    async def _close_former(self) -> None:
        until_s = self._clock.monotonic_s() - FORMER_OPEN_S
        for _, link in [one for one in self._former if one[0] < until_s]:
            await link.close()
        self._former = [one for one in self._former if one[0] >= until_s]
