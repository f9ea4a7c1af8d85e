"""The one way out: an address that the operator listed, a bounded reply, one sentence of error."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import httpx2

from libs.ports.gates import GateError

REPLY_BYTES_MAX: Final = 1_048_576
_PORTS: Final = {"http": 80, "https": 443}
Origin = tuple[str, str, int]


def origin(url: str) -> Origin:
    """Return scheme, host and port of an address. Raises ValueError for one that is none."""
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname or parts.username is not None:
        raise ValueError(f"`{url}` is no address; write one such as `http://prometheus:9090`")
    return parts.scheme, parts.hostname, parts.port or _PORTS[parts.scheme]


class Door:
    """Asks listed addresses. Safe to use from one thread."""

    def __init__(self, listed: Iterable[str]) -> None:
        """Let addresses through whose scheme, host and port are listed.

        Raises ValueError for what is no address.
        """
        self._listed = {origin(one) for one in listed}
        self._client = httpx2.Client(
            headers={"accept": "application/json"}, follow_redirects=False, trust_env=False
        )

    def close(self) -> None:
        """Give up all connections."""
        self._client.close()

    def ask(
        self,
        method: str,
        url: str,
        timeout_s: float,
        *,
        form: Mapping[str, str] | None = None,
        content: Mapping[str, object] | None = None,
    ) -> tuple[int, Any]:
        """Send a form or JSON; return the status and the JSON of the reply. Raises GateError."""
        self._check(url)
        request = self._client.build_request(
            method, url, data=form, json=content, timeout=timeout_s
        )
        try:
            response = self._client.send(request, stream=True)
            try:
                return response.status_code, json.loads(_bounded(response))
            finally:
                response.close()
        except httpx2.HTTPError as error:
            raise GateError(f"{url} cannot be asked: {type(error).__name__}") from error
        except ValueError as error:
            raise GateError(f"{url}: the reply is no JSON") from error

    def _check(self, url: str) -> None:
        try:
            found = origin(url)
        except ValueError as error:
            raise GateError(str(error)) from error
        if found not in self._listed:
            raise GateError(
                f"{url} is not asked; let the operator list it in PERIPLUS_ROLLOUT_GATE_ADDRESSES"
            )


def _bounded(response: httpx2.Response) -> bytes:
    found = bytearray()
    for chunk in response.iter_bytes():
        found += chunk
        if len(found) > REPLY_BYTES_MAX:
            raise GateError(f"the reply is longer than {REPLY_BYTES_MAX} bytes")
    return bytes(found)
