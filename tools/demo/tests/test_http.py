"""The demo's HTTP client and server against each other and against raw sockets."""

import asyncio
from collections.abc import Awaitable

import pytest

from tools.demo.http1 import BODY_BYTES_MAX, HEAD_BYTES_MAX, ProtocolError, Request, Response
from tools.demo.httpclient import Client
from tools.demo.httpserver import Handler, serve

HOST = "127.0.0.1"


async def echo(request: Request) -> Response:
    """Answer with the path."""
    return Response(200, request.path.encode())


async def listening(handler: Handler = echo) -> tuple[asyncio.Server, int]:
    """Serve on a free port."""
    server = await serve(HOST, 0, handler)
    return server, int(server.sockets[0].getsockname()[1])


async def raw(port: int, sent: bytes) -> bytes:
    """Send bytes and return everything that comes back until the server closes."""
    reader, writer = await asyncio.open_connection(HOST, port)
    writer.write(sent)
    writer.write_eof()
    answer = await reader.read()
    writer.close()
    return answer


async def answering(answers: list[bytes]) -> tuple[asyncio.Server, int]:
    """Serve connections that give one prepared answer each to the first request and close."""

    async def run(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answers.pop(0))
        writer.close()

    server = await asyncio.start_server(run, HOST, 0)
    return server, int(server.sockets[0].getsockname()[1])


def run(test: Awaitable[None]) -> None:
    """Run a coroutine of a test within five seconds."""

    async def bounded() -> None:
        async with asyncio.timeout(5):
            await test

    asyncio.run(bounded())


def test_a_connection_serves_many_requests() -> None:
    """Requests one after the other go over one kept connection."""

    async def test() -> None:
        server, port = await listening()
        async with server:
            client = Client(HOST, port)
            bodies = [(await client.send(Request("GET", f"/{n}"), 1)).body for n in range(3)]
            assert bodies == [b"/0", b"/1", b"/2"]
            assert len(client.idle) == 1
            client.close()

    run(test())


def test_requests_at_once_use_several_connections() -> None:
    """A request does not wait for the answer to another one."""

    async def test() -> None:
        both = asyncio.Barrier(2)

        async def together(_: Request) -> Response:
            await both.wait()
            return Response(204, b"")

        server, port = await listening(together)
        async with server:
            client = Client(HOST, port)
            answers = [client.send(Request("GET", "/"), 1) for _ in range(2)]
            assert [each.status for each in await asyncio.gather(*answers)] == [204, 204]
            client.close()

    run(test())


def test_a_kept_connection_that_was_closed_is_replaced() -> None:
    """When the server closed a kept connection meanwhile, the request goes out on a new one."""

    async def test() -> None:
        answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
        server, port = await answering([answer, answer])
        async with server:
            client = Client(HOST, port)
            for _ in range(2):
                assert (await client.send(Request("GET", "/"), 1)).body == b"ok"
                await asyncio.sleep(0.01)
            client.close()

    run(test())


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"", ConnectionError),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nshort", ProtocolError),
        (b"HTTP/1.1 200 OK\r\ncontent-le", ProtocolError),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", ProtocolError),
        (b"SSH-2.0-server\r\n\r\n", ProtocolError),
    ],
    ids=["nothing", "half a body", "half a head", "chunked", "another protocol"],
)
def test_an_answer_that_is_none_is_an_error(answer: bytes, error: type[Exception]) -> None:
    """A fresh connection that gives no whole answer raises, it is never asked again."""

    async def test() -> None:
        server, port = await answering([answer])
        async with server:
            with pytest.raises(error):
                await Client(HOST, port).send(Request("GET", "/"), 1)

    run(test())


def test_a_silent_server_times_out() -> None:
    """No answer in time raises TimeoutError, and the connection is not used again."""

    async def test() -> None:
        async def silent(_: Request) -> Response:
            await asyncio.sleep(0.2)
            return Response(200, b"late")

        server, port = await listening(silent)
        async with server:
            client = Client(HOST, port)
            with pytest.raises(TimeoutError):
                await client.send(Request("GET", "/"), 0.05)
            assert not client.idle

    run(test())


def test_nobody_listening_is_refused() -> None:
    """A closed port raises ConnectionRefusedError, so that callers can tell it apart."""

    async def test() -> None:
        server, port = await listening()
        server.close()
        await server.wait_closed()
        with pytest.raises(ConnectionRefusedError):
            await Client(HOST, port).send(Request("GET", "/"), 1)

    run(test())


@pytest.mark.parametrize(
    "sent",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n",
        b"POST / HTTP/1.1\r\ncontent-length: %d\r\n\r\n" % (BODY_BYTES_MAX + 1),
        b"POST / HTTP/1.1\r\ncontent-length: -1\r\n\r\n",
        b"GET /" + b"a" * (HEAD_BYTES_MAX * 2) + b" HTTP/1.1\r\n\r\n",
    ],
    ids=["no request", "no header", "chunked", "too long", "negative", "endless head"],
)
def test_a_bad_request_is_answered_with_400(sent: bytes) -> None:
    """What is not understood is refused and the connection closed."""

    async def test() -> None:
        server, port = await listening()
        async with server:
            assert (await raw(port, sent)).startswith(b"HTTP/1.1 400 ")

    run(test())


def test_requests_that_arrive_together_are_answered_in_order() -> None:
    """Pipelined requests, with a body between them, get their answers one after the other."""

    async def test() -> None:
        server, port = await listening()
        async with server:
            sent = b"POST /a HTTP/1.1\r\ncontent-length: 3\r\n\r\nxyz"
            sent += b"GET /b HTTP/1.1\r\nconnection: close\r\n\r\nGET /c HTTP/1.1\r\n\r\n"
            answer = await raw(port, sent)
            assert answer.count(b"HTTP/1.1 200") == 2
            assert answer.index(b"/a") < answer.index(b"/b")

    run(test())
