"""Requests to a forge's interface, with its replies read as the three errors of a loop."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

import httpx2

from libs.adapters.forges.limits import (
    PAGES_MAX,
    REPLY_BYTES_MAX,
    RETRY_S_MAX,
    TIMEOUT_S,
)
from libs.kernel.looperrors import StalledError, TransientError, WaitingError
from libs.ports.clock import Clock

_DEFAULT_RETRY_S: Final = 60.0
_REFUSED: Final = frozenset({401, 403, 404, 410})
_PATIENCE: Final = frozenset({403, 429})


class Connection:
    """One forge at one address. Redirects are never followed: a token goes nowhere else."""

    def __init__(self, url: str, headers: Mapping[str, str], clock: Clock) -> None:
        """Talk to the interface below `url`; `headers` hold the token."""
        self._url = url.rstrip("/")
        self._clock = clock
        self._client = httpx2.Client(
            headers={"accept": "application/json", **headers},
            timeout=TIMEOUT_S,
            follow_redirects=False,
        )

    def get(self, path: str, **query: Any) -> Any:
        """Return what is at a path."""
        return self._reply("GET", self._url + path, params=query or None)[0]

    def send(self, method: str, path: str, content: Any) -> Any:
        """Send JSON and return the answer."""
        return self._reply(method, self._url + path, json=content)[0]

    def pages(self, path: str, **query: Any) -> Iterator[Any]:
        """Yield the content of all pages, following the links that stay at this forge.

        Raises StalledError for a list that does not end.
        """
        url: str | None = self._url + path
        params: dict[str, Any] | None = query
        for _ in range(PAGES_MAX):
            content, link = self._reply("GET", url, params=params)
            yield content
            following = content.get("next") if isinstance(content, dict) else link
            if following is None:
                return
            if not str(following).startswith(self._url + "/"):
                raise StalledError(f"{path}: the next page is at another address; refused")
            url, params = str(following), None
        raise StalledError(f"{path}: more than {PAGES_MAX} pages; nobody reads that many")

    def _reply(self, method: str, url: str | None, **more: Any) -> tuple[Any, str | None]:
        try:
            with self._client.stream(method, str(url), **more) as response:
                body = _bounded(response)
        except httpx2.HTTPError as error:
            raise TransientError(f"{method} {_bare(url)}: {type(error).__name__}") from error
        self._judge(method, url, response, body)
        try:
            content = json.loads(body) if body else None
        except ValueError as error:
            raise TransientError(f"{method} {_bare(url)}: the reply is no JSON") from error
        return content, response.links.get("next", {}).get("url")

    def _judge(self, method: str, url: str | None, response: httpx2.Response, body: bytes) -> None:
        """Raise the loop error that a status stands for. Bodies of refusals are not repeated."""
        status = response.status_code
        if status < 300:
            return
        where = f"{method} {_bare(url)}: the forge answered {status}"
        if status in _PATIENCE and (wait_s := self._patience_s(response)) is not None:
            raise WaitingError(where, wait_s)
        if status in _REFUSED:
            raise StalledError(
                f"{where}; check the token, its scopes and the name of the repository"
            )
        if 300 <= status < 400:
            raise StalledError(f"{where}; write the address that it moved to into the settings")
        if status < 500 and status != 409:
            raise StalledError(f"{where}: {_message(body)}")
        raise TransientError(where)

    def _patience_s(self, response: httpx2.Response) -> float | None:
        """Return how long a forge asks to wait; None when its refusal is not about the rate."""
        headers = response.headers
        after = _number(headers.get("retry-after"))
        if after is not None:
            return min(max(after, 1.0), RETRY_S_MAX)
        reset = _number(headers.get("x-ratelimit-reset") or headers.get("ratelimit-reset"))
        remaining = headers.get("x-ratelimit-remaining") or headers.get("ratelimit-remaining")
        if remaining == "0" and reset is not None:
            return min(max(reset - self._clock.now_s(), 1.0), RETRY_S_MAX)
        return _DEFAULT_RETRY_S if response.status_code == 429 else None


def _bounded(response: httpx2.Response) -> bytes:
    found = bytearray()
    for chunk in response.iter_bytes():
        found += chunk
        if len(found) > REPLY_BYTES_MAX:
            raise StalledError(f"a reply of the forge is longer than {REPLY_BYTES_MAX} bytes")
    return bytes(found)


def _number(text: str | None) -> float | None:
    return float(text) if text is not None and text.isascii() and text.isdigit() else None


def _bare(url: str | None) -> str:
    """Return the path of an address: no name of a host, no query."""
    return httpx2.URL(str(url)).path


def _message(body: bytes) -> str:
    """Return what the forge says of a request that it does not understand, shortened."""
    try:
        content = json.loads(body)
    except ValueError:
        return "no reason given"
    text = content.get("message") if isinstance(content, dict) else None
    return str(text)[:200] if text else "no reason given"
