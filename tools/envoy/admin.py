"""Envoy's admin interface, as a client that knows only a file with its address."""

import contextlib
import http.client
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ADMIN_TIMEOUT_S = 5.0


class AdminError(Exception):
    """The admin interface is not there, or did not answer 200; the text says which."""


@dataclass(frozen=True, slots=True)
class Admin:
    """The interface whose `HOST:PORT` Envoy writes to `address_file`."""

    address_file: Path

    def address(self) -> tuple[str, int]:
        """Give host and port; AdminError before Envoy wrote them."""
        try:
            text = self.address_file.read_text(encoding="utf-8")
            host, port = text.strip().rsplit(":", 1)
        except (OSError, ValueError) as error:
            raise AdminError("Envoy has not opened its admin interface yet.") from error
        return host.strip("[]"), int(port)

    def get(self, path: str) -> str:
        """GET a path; AdminError unless it answers 200."""
        return self._asked("GET", path)

    def post(self, path: str) -> str:
        """POST to a path, such as `/quitquitquit`; AdminError unless it answers 200."""
        return self._asked("POST", path)

    def answers(self) -> bool:
        """Tell whether it answers at all."""
        return self._ready_status() is not None

    def is_ready(self) -> bool:
        """Tell whether `/ready` answers 200: all first resources are there."""
        return self._ready_status() == http.client.OK

    def config_dump(self) -> dict[str, Any]:
        """Give `/config_dump`, endpoints included."""
        dump: dict[str, Any] = json.loads(self.get("/config_dump?include_eds"))
        return dump

    def stats(self, pattern: str = "") -> dict[str, int]:
        """Give counters and gauges whose name matches a regular expression."""
        text = self.get(f"/stats?format=json{f'&filter={pattern}' if pattern else ''}")
        rows = json.loads(text)["stats"]
        return {row["name"]: row["value"] for row in rows if isinstance(row.get("value"), int)}

    def _asked(self, method: str, path: str) -> str:
        try:
            status, body = self._request(method, path)
        except (OSError, http.client.HTTPException) as error:
            raise AdminError(f"Envoy did not answer {path}: {error}") from error
        if status != http.client.OK:
            raise AdminError(f"Envoy answered {path} with {status}: {body.strip()[:500]}")
        return body

    def _ready_status(self) -> int | None:
        try:
            return self._request("GET", "/ready")[0]
        except (AdminError, OSError, http.client.HTTPException):
            return None

    def _request(self, method: str, path: str) -> tuple[int, str]:
        host, port = self.address()
        with contextlib.closing(
            http.client.HTTPConnection(host, port, timeout=ADMIN_TIMEOUT_S)
        ) as connection:
            connection.request(method, path)
            response = connection.getresponse()
            return response.status, response.read().decode("utf-8", "replace")
