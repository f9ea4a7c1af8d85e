"""An HTTP/1.1 server of whole answers: one coroutine per connection, keep-alive."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tools.demo.http1 import (
    HEAD_BYTES_MAX,
    ProtocolError,
    Request,
    Response,
    is_last,
    read_request,
    response_bytes,
)

Handler = Callable[[Request], Awaitable[Response]]
"""Answers one request."""


async def serve(host: str, port: int, handler: Handler) -> asyncio.Server:
    """Listen and answer with `handler` until closed. Raises OSError when it cannot."""
    connection = _Connections(handler)
    return await asyncio.start_server(connection.run, host, port, limit=HEAD_BYTES_MAX)


@dataclass(slots=True)
class _Connections:
    """Serves every connection with one handler."""

    handler: Handler

    async def run(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer request after request until the client is done."""
        try:
            while (request := await read_request(reader)) is not None:
                writer.write(response_bytes(await self.handler(request)))
                await writer.drain()
                if is_last(request.headers):
                    break
        except ProtocolError as error:
            body = str(error).encode()
            writer.write(response_bytes(Response(400, body, {"connection": "close"})))
        except ConnectionError:
            pass  # the client went away; nobody is left to answer
        finally:
            writer.close()
