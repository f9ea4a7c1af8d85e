"""One client of the library for one access: an address, TLS, and requests as raw bytes.

The library reads certificates from files, so they are files in a private folder while it does.
"""

import asyncio
import contextlib
import ssl
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
from kubernetes.aio.client import ApiClient, Configuration

from libs.adapters.kube.access import Access
from libs.kernel.looperrors import StalledError

USER_AGENT = "periplus"
JSON = "application/json"
CONNECTIONS_MAX = 1000
"""Sockets to one server: every watch holds one, what else is sent is held by its pace."""
ANSWER_BYTES_MAX = 64 * 1024 * 1024
CONNECT_TIMEOUT_S = 10.0


_CHECK: ContextVar[Callable[[], None] | None] = ContextVar("check", default=None)
"""The check of the request that a task sends; the tasks that the library makes inherit it."""


class LinkError(Exception):
    """No answer: `sent` says whether the server may have got the request.

    `untrusted` says that one side did not trust the other, so that other credentials may help.
    """

    def __init__(self, reason: str, *, sent: bool, untrusted: bool = False) -> None:
        """Keep the reason."""
        super().__init__(reason)
        self.reason = reason
        self.sent = sent
        self.untrusted = untrusted


@dataclass(frozen=True, slots=True)
class Request:
    """One request. `query` stands behind the path; `timeout_s` is for the whole answer.

    `check` is called right before the body goes out, and raises where it may not any more.
    """

    method: str
    path: str
    query: Mapping[str, str]
    body: Any = None
    content_type: str = JSON
    accept: str = JSON
    timeout_s: float = 60.0
    check: Callable[[], None] | None = None

    @property
    def url(self) -> str:
        """Path and query."""
        return f"{self.path}?{urlencode(self.query)}" if self.query else self.path


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, errors of the server included."""

    code: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def retry_after_s(self) -> float | None:
        """For how long the server asks for patience."""
        found = self.headers.get("Retry-After", "")
        return float(found) if found.isdigit() else None


class Link:
    """Connections to one server with one set of credentials."""

    def __init__(self, access: Access) -> None:
        """Read keys. Raises StalledError where they are none. Runs in the event loop."""
        self.access = access
        self._client = _client(access)

    async def send(self, request: Request) -> Reply:
        """Send a request and return the whole answer. Raises LinkError."""
        async with self.open(request, aiohttp.ClientTimeout(request.timeout_s)) as response:
            body = await _limited(response)
            return Reply(response.status, response.headers, body)

    @asynccontextmanager
    async def open(
        self, request: Request, patience: aiohttp.ClientTimeout
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """Give an answer as it comes. Raises LinkError, also for what breaks while it is read."""
        headers = {"Accept": request.accept, "User-Agent": USER_AGENT}
        if request.body is not None:
            headers["Content-Type"] = request.content_type
        _CHECK.set(request.check)
        if self.access.token:
            headers["Authorization"] = f"Bearer {self.access.token}"
        try:
            made = await self._client.rest_client.request(  # type: ignore[no-untyped-call]
                request.method,
                self.access.server + request.url,
                headers=headers,
                body=request.body,
                _request_timeout=patience,
            )
            # An answer that was read to its end has given its connection back by then.
            with contextlib.closing(made.response):
                yield made.response
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            untrusted = isinstance(error, aiohttp.ClientSSLError)
            raise LinkError(_reason(error), sent=False, untrusted=untrusted) from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise LinkError(_reason(error), sent=True) from error

    async def close(self) -> None:
        """Close every connection."""
        await self._client.close()  # type: ignore[no-untyped-call]


def _client(access: Access) -> ApiClient:
    configuration = Configuration(
        host=access.server,
        ca_cert_data=access.authority.decode("ascii", "replace") or None,
        verify_ssl=not access.insecure,
        tls_server_name=access.server_name or None,
        proxy=access.proxy or None,
        connection_pool_maxsize=CONNECTIONS_MAX,
        client_session_kwargs={"cookie_jar": aiohttp.DummyCookieJar(), "trust_env": False},
        trace_configs=[_checking()],
    )
    with tempfile.TemporaryDirectory(prefix="periplus-") as folder:
        try:
            if access.certificate:
                configuration.cert_file = _file(Path(folder) / "tls.crt", access.certificate)
                configuration.key_file = _file(Path(folder) / "tls.key", access.key)
            return ApiClient(configuration)
        except (ssl.SSLError, ValueError, OSError) as error:
            raise StalledError(
                "the certificates or keys of the kubeconfig are not usable"
            ) from error


def _checking() -> aiohttp.TraceConfig:
    """Let a request be checked after all waiting, with nothing but its bytes still to be written.

    The library tells of a chunk before it hands it on, and headers wait for the first chunk. A
    process may be stopped anywhere before, for longer than it may write.
    """

    async def about_to_send(*_: Any) -> None:
        check = _CHECK.get()
        if check is not None:
            check()

    config = aiohttp.TraceConfig()
    config.on_request_chunk_sent.append(about_to_send)
    return config


def _file(path: Path, content: bytes) -> str:
    path.touch(mode=0o600)
    path.write_bytes(content)
    return str(path)


async def _limited(response: aiohttp.ClientResponse) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in response.content.iter_any():
        size += len(part)
        if size > ANSWER_BYTES_MAX:
            raise LinkError(f"the answer is larger than {ANSWER_BYTES_MAX} bytes", sent=True)
        parts.append(part)
    return b"".join(parts)


def _reason(error: BaseException) -> str:
    """Say in one sentence why there was no answer."""
    if isinstance(error, asyncio.TimeoutError):
        return "the server did not answer in time"
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return f"the server's certificate is not trusted: {error.certificate_error}"
    text = str(error) or type(error).__name__
    return f"the server cannot be reached: {text}"[:300]
