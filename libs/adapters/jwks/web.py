"""One fetch: an address is looked up once, judged, and only then connected to, by that number."""

import http.client
import socket
import ssl
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Final
from urllib.parse import SplitResult, urlsplit

from libs.adapters.jwks.inside import is_public, meant
from libs.kernel.looperrors import StalledError
from libs.ports.keysets import KeySetError

_OK: Final = 200
_PORTS: Final = {"http": 80, "https": 443}
Network = IPv4Network | IPv6Network


def networks(written: Iterable[str]) -> list[Network]:
    """Read networks of an operator. Raises StalledError for one that is none."""
    try:
        return [ip_network(one) for one in written]
    except ValueError as error:
        raise StalledError(f"networks of keys: {error}; write one such as 10.0.0.0/8") from error


@dataclass(frozen=True, slots=True)
class WebKeySets:
    """Key sets of the web. `inside` are networks that count although they are not public.

    `timeout_s` bounds each step of a fetch, `bytes_max` what is read.
    """

    inside: Sequence[Network] = ()
    timeout_s: float = 5.0
    bytes_max: int = 1_048_576
    authorities: str | None = None

    def fetch(self, address: str) -> str:
        """Return the set at an address."""
        parts = _parts(address)
        host, port = str(parts.hostname), parts.port or _PORTS[parts.scheme]
        number = self._number(host, port, address)
        connection = http.client.HTTPConnection(host, port, timeout=self.timeout_s)
        try:
            connection.sock = self._socket(parts.scheme, host, (number, port))
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("GET", path, headers={"accept": "application/json"})
            with connection.getresponse() as response:
                return self._read(response, address)
        except (OSError, http.client.HTTPException) as error:
            kind = type(error).__name__
            raise KeySetError(f"keys at `{address}` cannot be read: {kind}") from error
        finally:
            connection.close()

    def _number(self, host: str, port: int, address: str) -> str:
        """Look a name up; all that it leads to has to be allowed, or nothing of it is."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise KeySetError(f"keys at `{address}`: there is no host of that name") from error
        numbers = [str(one[4][0]) for one in found]
        if not numbers or not all(map(self._allowed, numbers)):
            raise KeySetError(
                f"keys at `{address}` are not fetched, because the name leads inside; let the "
                "operator list its network, or write the keys under `jwks`"
            )
        return numbers[0]

    def _allowed(self, number: str) -> bool:
        address = meant(number)
        if any(address in one for one in self.inside if one.version == address.version):
            return True
        return is_public(address)

    def _socket(self, scheme: str, host: str, at: tuple[str, int]) -> socket.socket:
        raw = socket.create_connection(at, timeout=self.timeout_s)
        if scheme == "http":
            return raw
        context = ssl.create_default_context(cafile=self.authorities)
        return context.wrap_socket(raw, server_hostname=host)

    def _read(self, response: http.client.HTTPResponse, address: str) -> str:
        """A redirect is no answer: it would lead where nobody has looked."""
        if response.status != _OK:
            raise KeySetError(f"keys at `{address}` were answered with status {response.status}")
        body = response.read(self.bytes_max + 1)
        if len(body) > self.bytes_max:
            raise KeySetError(f"keys at `{address}` have more than {self.bytes_max} bytes")
        try:
            return body.decode()
        except UnicodeDecodeError as error:
            raise KeySetError(f"keys at `{address}` are no text") from error


def _parts(address: str) -> SplitResult:
    wrong = KeySetError(f"`{address}` is no address of keys; write one with `https://`")
    try:
        parts = urlsplit(address)
        known = parts.scheme in _PORTS and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError as error:
        raise wrong from error
    if not known or parts.username is not None:
        raise wrong
    return parts
