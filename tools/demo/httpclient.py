"""An HTTP/1.1 client to one address that keeps its connections for the next request."""

import asyncio
from dataclasses import dataclass, field

from tools.demo.http1 import (
    HEAD_BYTES_MAX,
    Request,
    Response,
    is_last,
    read_response,
    request_bytes,
)

IDLE_CONNECTIONS_MAX = 16


@dataclass(slots=True)
class _Connection:
    """One open stream to the server."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter


@dataclass(slots=True)
class Client:
    """Connections to one server. `local_host` is the address that they come from, if given."""

    host: str
    port: int
    local_host: str | None = None
    idle: list[_Connection] = field(default_factory=list)

    async def send(self, request: Request, timeout_s: float) -> Response:
        """Send a request and return the response.

        A kept connection that the server closed meanwhile is replaced, as HTTP allows for requests
        without effect; a new one gets a single chance. Raises OSError (TimeoutError included) when
        there is no server or no answer in time, ProtocolError when the answer is not understood.
        """
        async with asyncio.timeout(timeout_s):
            while self.idle:
                response = await self._over(self.idle.pop(), request, kept=True)
                if response is not None:
                    return response
            response = await self._over(await self._connect(), request, kept=False)
            if response is None:
                raise ConnectionResetError("the server closed the connection without an answer")
            return response

    def close(self) -> None:
        """Close all idle connections."""
        for connection in self.idle:
            connection.writer.close()
        self.idle.clear()

    async def _connect(self) -> _Connection:
        local = (self.local_host, 0) if self.local_host else None
        reader, writer = await asyncio.open_connection(
            self.host, self.port, limit=HEAD_BYTES_MAX, local_addr=local
        )
        return _Connection(reader, writer)

    async def _over(
        self, connection: _Connection, request: Request, *, kept: bool
    ) -> Response | None:
        """Send over one connection; None when the server closed it before the first byte."""
        reusable = False
        try:
            connection.writer.write(request_bytes(request))
            response = await read_response(connection.reader)
            reusable = response is not None and not is_last(response.headers)
        except ConnectionError:
            if not kept:
                raise
            return None
        finally:
            if reusable and len(self.idle) < IDLE_CONNECTIONS_MAX:
                self.idle.append(connection)
            else:
                connection.writer.close()
        return response
